import type { FleetingSource, Givens, KeptValue } from "../api/givens.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { OpenedValues } from "../api/sensitive.ts";
import type { Resource } from "../api/resource.ts";
import { isShared } from "../api/claimant.ts";
import { type ObjectKey, objectKeyText } from "../api/resource_key.ts";
import type { DesiredObject, RenderedResource, UnrenderedResource, Variables } from "../api/stages.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { kindText, type RefusedKinds } from "./child_caches.ts";
import { outsideNamespaces } from "./kept_to.ts";
import { outsideTargets } from "./target_namespaces.ts";
import { grantOperator, WATCHER, WRITER } from "../apply/missing_right.ts";
import { toDesiredObject } from "./desired_object.ts";
import { stillKept, withKept } from "./kept_values.ts";
import { type NodeValues, nodeValues } from "./node_values.ts";
import { keyOf } from "./orphans.ts";
import { variesOf } from "./other_renderings.ts";
import type { PreparedForm, PreparedResource } from "./prepared_form.ts";
import { exposedText } from "./sensitive_use.ts";
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
    readonly wanted: () => Promise<DesiredObject | Settled>;
  };

export type Target = Extract<Item, { kind: "target" }>;

export interface GatherInput {
  readonly node: StoredNode;
  readonly form: PreparedForm;
  readonly variables: Variables;
  readonly records: ReadonlyMap<string, ResourceRecord>;
  readonly depth: ReadonlyMap<string, number>;
  readonly signal: AbortSignal;
  /** Is told the sensitive values that were read. */
  readonly onOpened?: (opened: OpenedValues) => void;
}

/** What the node is to have, and the ids that it does without since their `includeWhen` says so. */
export interface Gathered {
  readonly items: readonly Item[];
  readonly excluded: readonly string[];
}

/**
 * Renders what has new inputs, resolves the kinds, and waits for the watches of all kinds that this node has or had.
 * Throws where the API server does not answer; a kind that it does not know or does not let us watch is a broken item.
 */
export async function gather(world: NodeWorld, input: GatherInput): Promise<Gathered> {
  const pass = { world, input, values: nodeValues(world, input) };
  const prepared = await Promise.all(input.form.resources.map((resource) => prepareItem(pass, resource)));
  const items = prepared.flatMap((item) => item === undefined ? [] : within(world, item));
  const recorded = await Promise.all(
    [...input.records.values()].map((record) => world.discovery.resolve(record.apiVersion, record.kind)),
  );
  const types = items.flatMap((item) => item.kind === "target" ? [item.type] : []);
  const refused = await world.children.ensure([
    ...types,
    ...recorded.flatMap((found) => found.kind === "found" ? [found.type] : []),
  ]);
  const here = new Set(items.map(({ id }) => id));
  return {
    items: withoutDuplicates(items.map((item) => watched(world, item, refused))),
    excluded: input.form.resources.flatMap(({ id }) => here.has(id) ? [] : [id]),
  };
}

/** What the operator may not have since it is told to keep to other namespaces. */
function within({ keptTo, targets }: NodeWorld, item: Item): Item {
  const settled = item.kind === "target"
    ? outsideNamespaces(keptTo, item) ?? outsideTargets(targets, item)
    : undefined;
  if (settled === undefined) return item;
  const { id, policy, wave, key } = item;
  return { kind: "broken", id, policy, wave, key, settled };
}

/** What can't be seen is not written either: its readiness and its deletion would go unseen. */
function watched({ account }: NodeWorld, item: Item, refused: RefusedKinds): Item {
  const error = item.kind === "target" ? refused.get(kindText(item.type)) : undefined;
  if (item.kind === "broken" || error === undefined) return item;
  const { id, policy, wave, key, type } = item;
  const verbs = account === undefined ? WRITER : WATCHER;
  const message = `Failed to apply resource ${id}: objects of kind ${key.kind} can't be watched: ` +
    `${error.message}; grant ${
      verbs.join(", ")
    } in a ClusterRole with the label lynq.sh/aggregate-to-manager=true: ${grantOperator(type, verbs)}`;
  return {
    kind: "broken",
    id,
    policy,
    wave,
    key,
    settled: { state: "Failed", reason: "ApplyFailed", message },
  };
}

interface Pass {
  readonly world: NodeWorld;
  readonly input: GatherInput;
  readonly values: NodeValues;
}

/** undefined where the node does without the resource. */
async function prepareItem(pass: Pass, resource: PreparedResource): Promise<Item | undefined> {
  const { world, input } = pass;
  const { node, variables } = input;
  const { id, policy } = resource;
  const wave = input.depth.get(id) ?? 0;
  const record = input.records.get(id);
  const broken = (settled: Settled): Item => {
    return { kind: "broken", id, policy, wave, settled, key: record && keyOf(record) };
  };
  const use = resource.uses(Object.keys(node.spec.sensitive?.hashes ?? {}));
  if (use.kind === "exposed") {
    return broken(renderFailed({ id, field: use.field, message: exposedText(use.variable) }, node));
  }
  const inclusion = await world.turns.take((left) => resource.inclusion(variables, { left }));
  if (inclusion.kind === "excluded") return undefined;
  if (inclusion.kind === "unrendered") return broken(renderFailed(inclusion, node));
  const once = record?.once === true && policy.creationPolicy === "Once";
  if (record !== undefined && (once || (isUntouched(input, resource) && isSharedAsSaid(record, policy)))) {
    const found = await world.discovery.resolve(record.apiVersion, record.kind);
    const key = keyOf(record);
    if (found.kind === "absent") return kindNotServed({ id, policy, wave, key });
    const { type } = found;
    const wanted = async () => {
      const rendered = await renderResource(pass, resource);
      if ("state" in rendered) return rendered;
      // It is the recorded object that is wanted, also where another seed would name it otherwise.
      const { object } = rendered;
      const named = { ...object, metadata: { ...object.metadata, name: key.name } };
      return complete(pass, resource, {
        rendered: { ...rendered, object: named, name: key.name, namespace: key.namespace },
        type,
      });
    };
    return { kind: "target", id, policy, wave, type, key, desired: undefined, wanted };
  }
  const rendered = await renderResource(pass, resource);
  if ("state" in rendered) return broken(rendered);
  const { apiVersion = "", kind = "" } = rendered.object;
  const found = await world.discovery.resolve(apiVersion, kind);
  const key = { apiVersion, kind, namespace: rendered.namespace, name: rendered.name };
  if (found.kind === "absent") return kindNotServed({ id, policy, wave, key });
  const { type } = found;
  const desired = complete(pass, resource, { rendered, type });
  // A first write may have found values to keep.
  const wanted = () => Promise.resolve(complete(pass, resource, { rendered, type }));
  return { kind: "target", id, policy, wave, type, key: desired.key, desired, wanted };
}

/** Whether the recorded object still is what its inputs give. */
function isUntouched({ records, node, variables }: GatherInput, { id, inputs }: PreparedResource): boolean {
  const record = records.get(id);
  return record?.uid !== undefined && record.hash !== undefined && record.inputs === inputs(node, variables);
}

/** Not so where the form's entry says otherwise by now, or an earlier version of the operator wrote the object. */
function isSharedAsSaid(record: ResourceRecord, policy: Resource): boolean {
  return (record.shared === true) === isShared(policy, record);
}

/** Renders with the node's seed and with the time of the first rendering of these inputs. */
async function renderResource(
  { world, input, values }: Pass,
  resource: PreparedResource,
): Promise<RenderedResource | Settled> {
  const { node, variables } = input;
  const record = input.records.get(resource.id);
  const untouched = isUntouched(input, resource);
  const { random, clock } = resource.needs;
  const answer = random || (clock && record?.seed !== undefined) ? await values.seed() : undefined;
  if (answer?.kind === "unavailable") return answer.settled;
  const use = resource.uses(Object.keys(node.spec.sensitive?.hashes ?? {}));
  const secret = use.kind === "body" ? await values.sensitive() : undefined;
  if (secret?.kind === "unavailable") return secret.settled;
  const sensitive = secret?.opened;
  if (sensitive !== undefined) input.onOpened?.(sensitive);
  const first = untouched ? Date.parse(record?.renderedAt ?? "") : NaN;
  const now = new Date(Number.isNaN(first) ? Math.floor(world.now().getTime() / 1000) * 1000 : first);
  const rendered = await world.turns.take((left) =>
    resource.render(node, variables, { seed: answer?.seed, now, leaveKeys: true, sensitive, left })
  );
  return rendered.kind === "unrendered" ? renderFailed(rendered, node) : rendered;
}

/** The object as it is wanted, with what it keeps of its own and what it is to keep of the live one. */
function complete(
  { input, values }: Pass,
  resource: PreparedResource,
  { rendered, type }: { rendered: RenderedResource; type: ResourceType },
): DesiredObject {
  const { id } = resource;
  const before = values.kept(id);
  const desired = withKept(toDesiredObject(rendered, type, input.node), before);
  const { givens } = desired;
  if (givens === undefined || givens.fleeting.length === 0) return desired;
  const recorded = input.records.get(id);
  const same = recorded !== undefined && objectKeyText(keyOf(recorded)) === objectKeyText(desired.key);
  const sources = sourcesToKeep(same ? recorded : undefined, givens, isUntouched(input, resource));
  const kept = stillKept(desired, before);
  const stale = kept.length < before.length;
  if (sources.length === 0 && !stale) return desired;
  const keep = {
    ...{
      sources,
      kept,
      stale,
      varies: variesOf(resource, { ...input, sensitive: values.opened() }, desired),
    },
    remember: (found: readonly KeptValue[]) => values.remember(id, found),
  };
  return { ...desired, givens: { ...givens, keep } };
}

/**
 * What of an object that exists is kept as it is there: all that differs by rendering where it was never rendered here
 * or its seed is lost; of new inputs then only the random values whose own templates and variables are the same.
 */
function sourcesToKeep(
  record: ResourceRecord | undefined,
  givens: Givens,
  untouched: boolean,
): FleetingSource[] {
  if (record?.inputs === undefined) return ["random", "clock"];
  if (record.seed === givens.seed) return [];
  if (untouched) return ["random", "clock"];
  return record.values !== undefined && record.values === givens.values ? ["random"] : [];
}

function renderFailed(
  { id, field, message }: Pick<UnrenderedResource, "id" | "field" | "message">,
  node: StoredNode,
): Settled {
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
