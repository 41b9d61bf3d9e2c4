import { LABEL } from "../api/labels.ts";
import { collectResources, RESOURCE_ARRAYS, type ResourceArrays } from "../api/resource.ts";
import type { StoredNode } from "../api/stored.ts";
import type { StoredRevision } from "../form/world.ts";
import type { KubeObject } from "../kube/object.ts";
import { type PreparedForm, prepareForm } from "../node/prepared_form.ts";
import type { PreparedResult } from "../node/world.ts";

/** A kept revision with its content, as the cache holds it. */
export interface CachedRevision extends StoredRevision {
  readonly arrays: ResourceArrays;
  /** Kinds that its resources have, where they are no templates. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
}

/** The projection of the ControllerRevision informer. */
export function toCachedRevision(object: KubeObject): CachedRevision {
  const arrays = (object["data"] ?? {}) as ResourceArrays;
  return {
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name ?? "",
    form: object.metadata.annotations?.["lynq.sh/form"] ?? object.metadata.labels?.[LABEL.form] ?? "",
    revision: typeof object["revision"] === "number" ? object["revision"] : 0,
    arrays,
    kinds: kindsOf(arrays),
  };
}

function kindsOf(arrays: ResourceArrays): { apiVersion: string; kind: string }[] {
  return collectResources(arrays).flatMap(({ resource: { spec } }) => {
    const { apiVersion, kind } = spec;
    return typeof apiVersion === "string" && typeof kind === "string" &&
        !`${apiVersion}${kind}`.includes("{{")
      ? [{ apiVersion, kind }]
      : [];
  });
}

/** Forms by revision, their templates parsed once; a node with arrays of its own is its own form. */
export class PreparedForms {
  readonly #find: (namespace: string, name: string) => CachedRevision | undefined;
  readonly #prepared = new WeakMap<CachedRevision, PreparedForm>();
  readonly #inline = new WeakMap<StoredNode, PreparedForm>();

  constructor(find: (namespace: string, name: string) => CachedRevision | undefined) {
    this.#find = find;
  }

  prepared(node: StoredNode, currentRevision: string | undefined): PreparedResult {
    if (RESOURCE_ARRAYS.some((name) => (node.spec[name]?.length ?? 0) > 0)) {
      return { kind: "prepared", form: remember(this.#inline, node, node.spec) };
    }
    const name = node.spec.revision ?? currentRevision;
    if (name === undefined) return missing(`LynqForm '${node.spec.templateRef}' has no valid generation yet`);
    const revision = this.#find(node.namespace, name);
    if (revision === undefined) {
      return missing(`ControllerRevision '${name}', which this node follows, does not exist`);
    }
    return { kind: "prepared", form: remember(this.#prepared, revision, revision.arrays) };
  }
}

function remember<K extends WeakKey>(
  cache: WeakMap<K, PreparedForm>,
  key: K,
  arrays: ResourceArrays,
): PreparedForm {
  const present = cache.get(key);
  if (present !== undefined) return present;
  const form = prepareForm(arrays);
  cache.set(key, form);
  return form;
}

function missing(message: string): PreparedResult {
  return { kind: "missing", message };
}
