import type { ResourceRecord } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";
import { type ObjectKey, objectKeyText } from "../api/resource_key.ts";
import type { DesiredObject, RenderedResource, UnrenderedResource, Variables } from "../api/stages.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { kindText, type RefusedKinds } from "./child_caches.ts";
import { toDesiredObject } from "./desired_object.ts";
import { keyOf } from "./orphans.ts";
import type { PreparedForm, PreparedResource } from "./prepared_form.ts";
import type { Settled } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

/** One resource of the node, as far as it could be prepared. */
export type Item =
  | {
    readonly kind: "broken";
    readonly id: string;
    readonly policy: Resource;
    readonly wave: number;
    readonly settled: Settled;
    /** The key, where it is known: of this render, or of the record. */
    readonly key: ObjectKey | undefined;
    /** The kind to wait for, where it is not served. */
    readonly missingKind?: string;
  }
  | {
    readonly kind: "target";
    readonly id: string;
    readonly policy: Resource;
    readonly wave: number;
    readonly type: ResourceType;
    readonly key: ObjectKey;
    /** undefined where the recorded object still is what its inputs give. */
    readonly desired: DesiredObject | undefined;
    /** Renders what was not rendered yet, for a write. */
    readonly wanted: () => DesiredObject | Settled;
  };

export type Target = Extract<Item, { kind: "target" }>;

export interface GatherInput {
  readonly node: StoredNode;
  readonly form: PreparedForm;
  readonly variables: Variables;
  readonly records: ReadonlyMap<string, ResourceRecord>;
  readonly depth: ReadonlyMap<string, number>;
}

/**
 * Renders what has new inputs, resolves the kinds, and waits for the watches of all kinds that this node has or had.
 * Throws where the API server does not answer; a kind that it does not know or does not let us watch is a broken item.
 */
export async function gather(world: NodeWorld, input: GatherInput): Promise<Item[]> {
  const items = await Promise.all(
    input.form.resources.map((resource) => prepareItem(world, input, resource)),
  );
  const recorded = await Promise.all(
    [...input.records.values()].map((record) => world.discovery.resolve(record.apiVersion, record.kind)),
  );
  const types = items.flatMap((item) => item.kind === "target" ? [item.type] : []);
  const refused = await world.children.ensure([
    ...types,
    ...recorded.flatMap((found) => found.kind === "found" ? [found.type] : []),
  ]);
  return withoutDuplicates(items.map((item) => watched(item, refused)));
}

/** What can't be seen is not written either: its readiness and its deletion would go unseen. */
function watched(item: Item, refused: RefusedKinds): Item {
  const error = item.kind === "target" ? refused.get(kindText(item.type)) : undefined;
  if (error === undefined) return item;
  const { id, policy, wave, key } = item;
  const message = `Failed to apply resource ${id}: objects of kind ${key?.kind} can't be watched: ` +
    `${error.message}; grant get, list, watch, create, update, patch and delete in a ClusterRole with the label ` +
    "lynq.sh/aggregate-to-manager=true";
  return {
    kind: "broken",
    id,
    policy,
    wave,
    key,
    settled: { state: "Failed", reason: "ApplyFailed", message },
  };
}

async function prepareItem(world: NodeWorld, input: GatherInput, resource: PreparedResource): Promise<Item> {
  const { node, variables } = input;
  const { id, policy } = resource;
  const wave = input.depth.get(id) ?? 0;
  const record = input.records.get(id);
  const inputs = resource.inputs(node, variables);
  const untouched = record?.uid !== undefined && record.hash !== undefined && record.inputs === inputs;
  const once = record?.once === true && policy.creationPolicy === "Once";
  if (record !== undefined && (untouched || once)) {
    const found = await world.discovery.resolve(record.apiVersion, record.kind);
    if (found.kind === "absent") return kindNotServed({ id, policy, wave, key: keyOf(record) });
    const wanted = () => complete(resource.render(node, variables), found.type, node);
    return {
      kind: "target",
      id,
      policy,
      wave,
      type: found.type,
      key: keyOf(record),
      desired: undefined,
      wanted,
    };
  }
  const rendered = resource.render(node, variables);
  if (rendered.kind === "unrendered") {
    const key = record === undefined ? undefined : keyOf(record);
    return { kind: "broken", id, policy, wave, settled: renderFailed(rendered, node), key };
  }
  const { apiVersion = "", kind = "" } = rendered.object;
  const found = await world.discovery.resolve(apiVersion, kind);
  const key = { apiVersion, kind, namespace: rendered.namespace, name: rendered.name };
  if (found.kind === "absent") return kindNotServed({ id, policy, wave, key });
  const desired = toDesiredObject(rendered, found.type, node);
  return {
    kind: "target",
    id,
    policy,
    wave,
    type: found.type,
    key: desired.key,
    desired,
    wanted: () => desired,
  };
}

function complete(
  rendered: RenderedResource | UnrenderedResource,
  type: ResourceType,
  node: StoredNode,
): DesiredObject | Settled {
  return rendered.kind === "rendered" ? toDesiredObject(rendered, type, node) : renderFailed(rendered, node);
}

function renderFailed({ id, field, message }: UnrenderedResource, node: StoredNode): Settled {
  return {
    state: "Failed",
    reason: "TemplateRenderError",
    message: `Failed to render resource ${id} of LynqForm ${node.spec.templateRef}: ${field}: ${message}`,
  };
}

function kindNotServed(of: { id: string; policy: Resource; wave: number; key: ObjectKey }): Item {
  const { apiVersion, kind } = of.key;
  const message = `the API server serves no kind ${kind || "(spec.kind is empty)"} in ` +
    `${apiVersion || "(spec.apiVersion is empty)"}: correct spec.apiVersion and spec.kind of ${of.id}, ` +
    "or install its CustomResourceDefinition; it is applied as soon as the kind is served";
  const settled: Settled = { state: "Failed", reason: "KindNotFound", message };
  return { kind: "broken", ...of, settled, missingKind: `${apiVersion}/${kind}` };
}

/** Of two resources that render the same object, the later one is broken. */
function withoutDuplicates(items: readonly Item[]): Item[] {
  const first = new Map<string, string>();
  return items.map((item) => {
    if (item.kind === "broken") return item;
    const text = objectKeyText(item.key);
    const other = first.get(text);
    if (other === undefined) {
      first.set(text, item.id);
      return item;
    }
    const { id, policy, wave, key } = item;
    const message =
      `${id} and ${other} both render ${key.kind} ${key.namespace}/${key.name}; give one another name`;
    return {
      kind: "broken",
      id,
      policy,
      wave,
      key: undefined,
      settled: { state: "Failed", reason: "DuplicateObject", message },
    };
  });
}
