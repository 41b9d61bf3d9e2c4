import type { ResourceRecord } from "../../src/api/node.ts";
import type { Row } from "../../src/api/row.ts";
import { collectResources, type Resource } from "../../src/api/resource.ts";
import type { StoredForm, StoredNode } from "../../src/api/stored.ts";
import { LABEL } from "../../src/api/labels.ts";
import { sensitiveNames } from "../../src/api/mapped_variables.ts";
import { OfflineKinds } from "../../src/cli/offline_kinds.ts";
import { type RenderedDocument, renderForms, type Rendering } from "../../src/cli/rendering.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { unpackSchemas } from "../../src/sandbox/schema_kinds.ts";
import { isFollowed, isHeld } from "./expect_fleet.ts";
import { subsetGap } from "./subset.ts";
import { childKey, hiddenNames, type Picture, rowValues } from "./picture.ts";

/** An object that the API server was said to refuse, as it would be applied. */
export interface Refused {
  readonly node: string;
  readonly document: RenderedDocument;
  readonly type: ResourceType;
  readonly message: string;
}

export interface ChildGaps {
  readonly gaps: readonly string[];
  readonly refused: readonly Refused[];
}

/** Compares what nodes have with what `lynq render` gives for them: another way through the same input. */
export class RenderOracle {
  readonly #kinds = new OfflineKinds(unpackSchemas(), []);
  readonly #known = new Map<string, Rendering>();

  /** What the children of the nodes that follow their form's present generation lack, or have too much. */
  gaps(picture: Picture): ChildGaps {
    const all = picture.nodes.map((node) => this.#nodeGaps(node, picture));
    return { gaps: all.flatMap(({ gaps }) => gaps), refused: all.flatMap(({ refused }) => refused) };
  }

  #nodeGaps(node: StoredNode, picture: Picture): ChildGaps {
    const none = { gaps: [], refused: [] };
    const { hub, forms } = picture;
    const form = forms.find(({ name }) => name === node.spec.templateRef);
    if (form === undefined || hub === undefined || node.deleting || isHeld(node)) return none;
    if (!isFollowed(form, hub) || node.spec.revision !== form.status.currentRevision) return none;
    if (node.status.observedGeneration !== node.generation) return none;
    if (node.name !== `${node.spec.uid}-${form.name}`) return none;
    // One whose row is gone goes on to hide what was sensitive when it was last read.
    if (hiddenNames(node).some((name) => !sensitiveNames(hub.spec).includes(name))) return none;
    const values = rowValues(node, picture);
    if (values === undefined) return { ...none, gaps: [`node ${node.name} has no Secret with its values`] };
    const rendering = this.#render({ uid: node.spec.uid, values }, form, hub.spec);
    const records = new Map((node.status.resources ?? []).map((record) => [record.id, record]));
    const resources = new Map(collectResources(form.spec).map(({ resource }) => [resource.id, resource]));
    const found = rendering.documents.map((document) => {
      const [record, resource] = [records.get(document.id), resources.get(document.id)];
      return documentGaps({ node, document, record, resource, picture, kinds: this.#kinds });
    });
    const knowsNames = ![...resources.values()].some(isNamedAtRandom);
    const surplus = knowsNames ? surplusOf(node, rendering, picture) : [];
    return {
      gaps: [...found.flatMap(({ gaps }) => gaps), ...surplus],
      refused: found.flatMap(({ refused }) => refused),
    };
  }

  #render(
    row: Row,
    form: StoredForm,
    spec: Parameters<typeof renderForms>[0]["hub"]["spec"],
  ): Rendering {
    const { namespace, name } = form;
    const key = JSON.stringify([namespace, name, form.uid, form.generation, row]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const object = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqForm",
      metadata: { name, namespace },
      spec: form.spec,
    };
    const { apiVersion, kind } = object;
    const rendering = renderForms({
      hub: { name: form.spec.hubId, namespace, spec },
      forms: [{ file: "form", object, apiVersion, kind, namespace, name, line: () => 1 }],
      rows: [{ kind: "active", row }],
      kinds: this.#kinds,
      seed: "",
      showSensitive: true,
    });
    if (this.#known.size > 200) this.#known.clear();
    this.#known.set(key, rendering);
    return rendering;
  }
}

interface Compared {
  readonly node: StoredNode;
  readonly document: RenderedDocument;
  readonly record: ResourceRecord | undefined;
  readonly resource: Resource | undefined;
  readonly picture: Picture;
  readonly kinds: OfflineKinds;
}

/** States in which an object is as it was last rendered. */
const WRITTEN: readonly (string | undefined)[] = ["Ready", "Progressing"];
/** Reasons that lie in what was rendered. */
const NOT_WRITTEN: readonly (string | undefined)[] = ["TemplateRenderError", "ApplyFailed"];

function documentGaps({ node, document, record, resource, picture, kinds }: Compared): ChildGaps {
  const where = `node ${node.name}, ${document.id}`;
  const gap = (message: string): ChildGaps => ({ gaps: [`${where}: ${message}`], refused: [] });
  if (record === undefined) return gap("no record");
  // A random name that was refused tells nothing of the one that was rendered here, from another seed.
  if (NOT_WRITTEN.includes(record.reason) && isRandom(resource)) return { gaps: [], refused: [] };
  if (record.reason === "TemplateRenderError") return gap(`does not render: ${record.message}`);
  const { object } = document;
  if (record.reason === "ApplyFailed" && resource?.patchStrategy === "apply") {
    const type = kinds.typeOf(object.apiVersion ?? "", object.kind ?? "");
    const { message = "" } = record;
    return { gaps: [], refused: type === undefined ? [] : [{ node: node.name, document, type, message }] };
  }
  if (!WRITTEN.includes(record.state) || resource === undefined) return { gaps: [], refused: [] };
  const { kind, metadata } = object;
  if (isNamedAtRandom(resource)) return { gaps: [], refused: [] };
  const live = picture.children.get(childKey(kind ?? "", metadata.namespace, metadata.name));
  if (resource.creationPolicy === "Once" || resource.sharing === "Shared") return { gaps: [], refused: [] };
  if (live === undefined) {
    return kind === "Namespace"
      ? { gaps: [], refused: [] }
      : gap(`is ${record.state}, and there is no ${kind} ${metadata.namespace}/${metadata.name}`);
  }
  if (hasOwnWay(resource)) return { gaps: [], refused: [] };
  const difference = subsetGap(object, live);
  return difference === undefined ? { gaps: [], refused: [] } : gap(difference);
}

/** Functions of templates whose values are others in each node, or at each time. */
const RANDOM = /\b(?:rand[A-Z]\w*|now|gen[A-Z]\w*|uuidv4|htpasswd|bcrypt|shuffle|encryptAES)\b/;

function isRandom(resource: Resource | undefined): boolean {
  return RANDOM.test(JSON.stringify(resource ?? {}));
}

/** Its object is another than the one that was rendered here. */
function isNamedAtRandom({ nameTemplate, namespaceTemplate, targetNamespace }: Resource): boolean {
  return RANDOM.test(JSON.stringify([nameTemplate, namespaceTemplate, targetNamespace]));
}

/** What is random or left to others is not what was rendered here. */
function hasOwnWay(resource: Resource): boolean {
  return (resource.ignoreFields ?? []).length > 0 || resource.driftPolicy === "Report" ||
    isRandom(resource);
}

/**
 * Objects of a node that none of its resources asks for. What has failed may hold up what should leave; what was written
 * once is as it was then, its name included.
 */
function surplusOf(node: StoredNode, { documents, problems }: Rendering, picture: Picture): string[] {
  const records = node.status.resources ?? [];
  if (problems.length > 0 || records.some(({ state }) => !WRITTEN.includes(state))) return [];
  const wanted = new Set([
    ...documents.map(({ object: { kind, metadata } }) =>
      childKey(kind ?? "", metadata.namespace, metadata.name)
    ),
    ...records.filter(({ once }) => once === true)
      .map(({ kind, namespace, name }) => childKey(kind, namespace, name)),
  ]);
  return [...picture.children].filter(([key, { metadata }]) =>
    metadata.labels?.[LABEL.node] === node.name && !wanted.has(key)
  ).map(([key]) => `node ${node.name} has ${key}, which its form does not ask for`);
}
