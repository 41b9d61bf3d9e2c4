import { LABEL } from "../api/labels.ts";
import { collectResources, RESOURCE_ARRAYS, type ResourceArrays } from "../api/resource.ts";
import type { StoredNode } from "../api/stored.ts";
import type { StoredRevision } from "../form/world.ts";
import type { KubeObject } from "../kube/object.ts";
import type { FieldTypes, OpenApi } from "../kube/open_api.ts";
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
    uid: object.metadata.uid ?? "",
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
  readonly #openApi: OpenApi;
  readonly #prepared = new WeakMap<CachedRevision, Promise<PreparedForm>>();
  readonly #inline = new WeakMap<StoredNode, Promise<PreparedForm>>();

  constructor(
    of: { find: (namespace: string, name: string) => CachedRevision | undefined; openApi: OpenApi },
  ) {
    this.#find = of.find;
    this.#openApi = of.openApi;
  }

  /** Throws where the API server does not tell the types of fields. */
  async prepared(node: StoredNode, currentRevision: string | undefined): Promise<PreparedResult> {
    if (RESOURCE_ARRAYS.some((name) => (node.spec[name]?.length ?? 0) > 0)) {
      return { kind: "prepared", form: await this.#remember(this.#inline, node, node.spec) };
    }
    const name = node.spec.revision ?? currentRevision;
    if (name === undefined) return missing(`LynqForm '${node.spec.templateRef}' has no valid generation yet`);
    const revision = this.#find(node.namespace, name);
    if (revision === undefined) {
      return missing(`ControllerRevision '${name}', which this node follows, does not exist`);
    }
    return { kind: "prepared", form: await this.#remember(this.#prepared, revision, revision.arrays) };
  }

  #remember<K extends WeakKey>(
    cache: WeakMap<K, Promise<PreparedForm>>,
    key: K,
    arrays: ResourceArrays,
  ): Promise<PreparedForm> {
    const present = cache.get(key);
    if (present !== undefined) return present;
    const form = this.#prepare(arrays).catch((error: unknown) => {
      cache.delete(key);
      throw error;
    });
    cache.set(key, form);
    return form;
  }

  /** Reads the schemas of those kinds only in which a template could give something else than text. */
  async #prepare(arrays: ResourceArrays): Promise<PreparedForm> {
    const typed = collectResources(arrays).filter(({ resource }) =>
      TYPED.test(JSON.stringify(resource.spec))
    );
    const kinds = new Map(
      typed.map(({ resource: { spec } }) => [kindKey(spec["apiVersion"], spec["kind"]), spec]),
    );
    const types = new Map<string, FieldTypes | undefined>();
    for (const [key, { apiVersion, kind }] of kinds) {
      types.set(key, await this.#openApi.fieldTypes(String(apiVersion), String(kind)));
    }
    return prepareForm(arrays, (apiVersion, kind) => types.get(kindKey(apiVersion, kind)));
  }
}

/** The functions that type a field. */
const TYPED = /\{\{[^}]*\b(?:int|float|bool|asValue)\b/;

function kindKey(apiVersion: unknown, kind: unknown): string {
  return `${String(apiVersion)} ${String(kind)}`;
}

function missing(message: string): PreparedResult {
  return { kind: "missing", message };
}
