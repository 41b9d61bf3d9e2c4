import type { ResourceRecord } from "../api/node.ts";
import { type FormerKey, isFormer, parseFormerKey } from "../api/former.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL, nameAsLabel } from "../api/labels.ts";
import type { Variables } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import { whole } from "../controller/limit.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf, type ResourceType } from "../kube/resource_type.ts";
import { parseTemplate, TemplateError } from "../template/mod.ts";
import { buildVariables } from "./variables.ts";
import type { NodeWorld } from "./world.ts";

/**
 * A node whose status only the Go implementation has written, with records of the objects that are provably its own:
 * its list names what it could not write, too. What its list does not tell (the group, a name that stands in the
 * template) is looked up; what of it is a template is rendered. Throws where no answer came, so that nothing is
 * forgotten; a node with records of ours is given back as it is.
 */
export async function withFormerRecords(
  world: NodeWorld,
  node: StoredNode,
  signal: AbortSignal,
): Promise<StoredNode> {
  const texts = node.status.resources === undefined ? node.status.appliedResources ?? [] : [];
  if (texts.length === 0) return node;
  const built = buildVariables(node);
  const variables = built.kind === "variables" ? built.variables : undefined;
  const keys = texts.flatMap((text) => rendered(parseFormerKey(text), variables) ?? []);
  const served = await world.discovery.list(signal);
  const found = await whole(keys.map(async (key) => {
    const types = typesOf(served, key.kind);
    const lookups = types.map((type) => objectsOf(world, { node, key, type }, signal));
    return (await whole(lookups)).flat();
  }));
  const records = new Map(found.flat().map((record) => [record.uid, record]));
  return { ...node, status: { ...node.status, resources: [...records.values()] } };
}

/** The list names objects as the node's arrays do, templates included; without variables the labels have to find them. */
function rendered(key: FormerKey | undefined, variables: Variables | undefined): FormerKey | undefined {
  if (key === undefined || !`${key.namespace}${key.name}`.includes("{{")) return key;
  if (variables === undefined) return undefined;
  try {
    const text = (template: string) => parseTemplate(template).render(variables);
    return { ...key, namespace: text(key.namespace), name: text(key.name) };
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

/** One version of each group that serves a kind of this name. */
function typesOf(
  served: readonly { readonly type: ResourceType; readonly verbs: readonly string[] }[],
  kind: string,
): ResourceType[] {
  const byGroup = new Map<string, ResourceType>();
  for (const { type, verbs } of served) {
    if (type.kind !== kind || !verbs.includes("get") || !verbs.includes("patch")) continue;
    if (!byGroup.has(type.group)) byGroup.set(type.group, type);
  }
  return [...byGroup.values()];
}

interface Lookup {
  readonly node: StoredNode;
  readonly key: FormerKey;
  readonly type: ResourceType;
}

async function objectsOf(
  world: NodeWorld,
  { node, key, type }: Lookup,
  signal: AbortSignal,
): Promise<ResourceRecord[]> {
  try {
    const objects = key.name === ""
      ? await listed(world, { node, key, type }, signal)
      : [await world.applier.look(type, objectKey(key, type), signal)];
    return objects.flatMap((object) =>
      object !== undefined && isProvablyOf(object, node) ? [recordOf(object, { key, type })] : []
    );
  } catch (error) {
    // Whoever wrote the object could read it: of a kind of this name that nobody let us read there is none of ours.
    if (error instanceof KubeError && (error.status === 403 || error.status === 405)) return [];
    throw error;
  }
}

function objectKey({ kind, namespace, name }: FormerKey, type: ResourceType) {
  return { apiVersion: apiVersionOf(type), kind, namespace: type.namespaced ? namespace : "", name };
}

async function listed(
  world: NodeWorld,
  { key, type }: Lookup,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const namespace = type.namespaced ? key.namespace : undefined;
  const objects: KubeObject[] = [];
  for await (const page of world.client.list({ type, namespace, metadataOnly: true }, signal)) {
    objects.push(...page.items);
  }
  return objects;
}

/** Tracked or owned by this very node, and written by the Go implementation or by us. */
function isProvablyOf(object: KubeObject, node: StoredNode): boolean {
  const { labels = {}, ownerReferences = [], managedFields = [] } = object.metadata;
  const tracked = labels[LABEL.node] === nameAsLabel(node.name) &&
    labels[LABEL.nodeNamespace] === node.namespace;
  const owned = ownerReferences.some((owner) => owner.uid === node.uid);
  const ours = managedFields.some(({ manager }) =>
    manager === FIELD_MANAGER || manager?.startsWith(`${FIELD_MANAGER}.`) === true
  );
  return (tracked || owned) && (ours || isFormer(object));
}

function recordOf(object: KubeObject, { key, type }: Omit<Lookup, "node">): ResourceRecord {
  const { name = "", namespace = "", uid, annotations = {} } = object.metadata;
  return {
    // Which of several objects without a name in the list this one is, only its rendering tells.
    id: key.name === "" ? name : key.id,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    ...(type.namespaced ? { namespace } : {}),
    name,
    state: "Progressing",
    ...(uid === undefined ? {} : { uid }),
    ...(annotations[ANNOTATION.deletionPolicy] === "Retain" ? { deletionPolicy: "Retain" as const } : {}),
  };
}
