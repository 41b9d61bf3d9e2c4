import type { ResourceRecord } from "../api/node.ts";
import type { ResourceArrays } from "../api/resource.ts";
import { isShared } from "../api/claimant.ts";
import { type ObjectKey, objectKeyText } from "../api/resource_key.ts";
import type { ApplyMode, DesiredObject, Outcome } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import { createApplier } from "../apply/applier.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { Limit } from "../controller/limit.ts";
import { describeGraphError } from "../graph/waves.ts";
import { dryRunClient } from "../kube/dry_run.ts";
import { actingFor } from "./acting.ts";
import { changedFields } from "./changed_fields.ts";
import { claim } from "./claim.ts";
import { gather, type GatherInput, type Item, type Target } from "./gather.ts";
import { findOrphans, keyOf, type Orphan } from "./orphans.ts";
import { overLive } from "./over_live.ts";
import { type PreparedForm, prepareForm } from "./prepared_form.ts";
import { redaction } from "./redaction.ts";
import { buildVariables } from "./variables.ts";
import type { NodeWorld } from "./world.ts";

export interface PreviewInput {
  readonly arrays: ResourceArrays;
  readonly nodes: readonly StoredNode[];
  /** Whether the answer is still asked for. */
  readonly wanted: () => boolean;
}

/** What would become of one object of one node, as a line that names it without any of its values. */
export interface Previewed {
  readonly kind: "create" | "change" | "delete" | "unchanged" | "failure";
  readonly line: string;
}

/** Nodes that are tried at once. */
const AT_ONCE = 4;

/**
 * What these resources would do to these nodes: each is rendered, compared with what was applied, and what differs is
 * tried on the API server by dry run. Nothing is written. undefined where nobody wants to know any more.
 */
export async function previewForm(
  world: NodeWorld,
  { arrays, nodes, wanted }: PreviewInput,
  signal: AbortSignal,
): Promise<Previewed[] | undefined> {
  const dry = dryWorld(world);
  const form = await prepared(world, arrays, nodes);
  const results = await new Limit(AT_ONCE).all(
    nodes,
    async (node) => {
      if (!wanted() || signal.aborted) return undefined;
      return await previewNode(actingFor(dry, node), { node, form }, signal);
    },
  );
  return results.some((each) => each === undefined) ? undefined : results.flatMap((each) => each ?? []);
}

/** A world whose writes write nothing. */
function dryWorld(world: NodeWorld): NodeWorld {
  const client = dryRunClient(world.client);
  const applier = createApplier({ client, now: world.now });
  const accounts: NodeWorld["accounts"] = {
    standard: world.accounts.standard,
    as: (account) => world.accounts.as(account, { dryRun: true }),
  };
  return { ...world, client, applier, accounts, events: { record: () => {} } };
}

/** An object of a node that would be deleted. */
export interface Deleted {
  readonly node: string;
  /** Names node and object. */
  readonly line: string;
}

/**
 * What these resources would delete of these nodes, from what they render to and the nodes' records; nothing is tried. A
 * node that can't be rendered deletes nothing. undefined where nobody wants to know any more.
 */
export async function previewDeletions(
  world: NodeWorld,
  { arrays, nodes, wanted }: PreviewInput,
  signal: AbortSignal,
): Promise<Deleted[] | undefined> {
  const dry = dryWorld(world);
  const form = await prepared(world, arrays, nodes);
  const results = await new Limit(AT_ONCE).all(nodes, async (node) => {
    if (!wanted() || signal.aborted) return undefined;
    const rendered = await renderedItems(dry, { node, form }, signal);
    if (rendered.kind === "failure") return [];
    return leavingOf(dry, node, rendered).flatMap((one) => leaving(node, one)).filter(({ kind }) =>
      kind === "delete"
    );
  });
  return results.some((each) => each === undefined)
    ? undefined
    : results.flatMap((each, n) => (each ?? []).map(({ line }) => ({ node: nodes[n]?.name ?? "", line })));
}

/** Parsed once for all nodes, as resources that are written into a node would be. */
async function prepared(
  world: NodeWorld,
  arrays: ResourceArrays,
  nodes: readonly StoredNode[],
): Promise<PreparedForm> {
  const [node] = nodes;
  const empty = Object.values(arrays).every((entries) => (entries?.length ?? 0) === 0);
  if (node === undefined || empty) return prepareForm(arrays);
  const answer = await world.forms.prepared({ ...node, spec: { ...node.spec, ...writable(arrays) } });
  return answer.kind === "prepared" ? answer.form : prepareForm(arrays);
}

function writable(arrays: ResourceArrays): Partial<StoredNode["spec"]> {
  return Object.fromEntries(Object.entries(arrays).map(([name, entries]) => [name, [...entries ?? []]]));
}

interface OneNode {
  readonly node: StoredNode;
  readonly form: PreparedForm;
}

type Rendered =
  | { readonly kind: "failure"; readonly message: string }
  | {
    readonly kind: "rendered";
    readonly items: readonly Item[];
    readonly records: ReadonlyMap<string, ResourceRecord>;
  };

async function renderedItems(
  world: NodeWorld,
  { node, form, onOpened = () => {} }: OneNode & Pick<GatherInput, "onOpened">,
  signal: AbortSignal,
): Promise<Rendered> {
  const built = buildVariables(node);
  if (built.kind === "invalid") return { kind: "failure", message: built.message };
  if (form.waves.kind !== "waves") return { kind: "failure", message: describeGraphError(form.waves) };
  const records = new Map(
    (node.status.resources ?? []).filter(({ state }) => state !== "Deleting").map((one) => [one.id, one]),
  );
  const { variables } = built;
  const { depth } = form.waves;
  const { items } = await gather(world, { node, form, variables, records, depth, signal, onOpened });
  return { kind: "rendered", items, records };
}

/** The objects that a node would let go of. */
function leavingOf(
  world: NodeWorld,
  node: StoredNode,
  { items, records }: Extract<Rendered, { kind: "rendered" }>,
): Orphan[] {
  return findOrphans({
    records: [...records.values()],
    children: world.children.ownedBy(node),
    keep: new Set(items.flatMap((item) => item.key === undefined ? [] : [objectKeyText(item.key)])),
    keepIds: new Set(items.filter((item) => item.kind === "broken").map((item) => item.id)),
  });
}

async function previewNode(
  world: NodeWorld,
  { node, form }: OneNode,
  signal: AbortSignal,
): Promise<Previewed[]> {
  const { learn, text } = redaction(world.events);
  const rendered = await renderedItems(world, { node, form, onOpened: learn }, signal);
  if (rendered.kind === "failure") return [{ kind: "failure", line: `${node.name}: ${rendered.message}` }];
  const { items, records } = rendered;
  const created = new Set(items.flatMap(({ key }) => key?.kind === "Namespace" ? [key.name] : []));
  const told: Previewed[] = [];
  for (const item of items) {
    const line = `${node.name}: ${item.id} ${keyText(item.key)}`;
    const of = { node, item, record: records.get(item.id), line, created };
    told.push(
      item.kind === "broken" ? brokenItem(item, line) : await previewItem(world, { ...of, item }, signal),
    );
  }
  const leavers = leavingOf(world, node, rendered).flatMap((orphan) => leaving(node, orphan));
  return [...told, ...leavers].map((one) => ({ ...one, line: text(one.line) }));
}

function keyText(key: ObjectKey | undefined): string {
  return key === undefined ? "" : `${key.kind}/${key.name}`;
}

function brokenItem({ settled }: Extract<Item, { kind: "broken" }>, line: string): Previewed {
  return { kind: "failure", line: `${line}: ${settled.message}` };
}

interface Trial {
  readonly node: StoredNode;
  readonly item: Target;
  readonly record: ResourceRecord | undefined;
  /** Begins what is told. */
  readonly line: string;
  /** Namespaces that the node itself makes. */
  readonly created: ReadonlySet<string>;
}

async function previewItem(world: NodeWorld, trial: Trial, signal: AbortSignal): Promise<Previewed> {
  const { item, record, line } = trial;
  const { desired } = item;
  if (desired === undefined || (desired.hash === record?.hash && isThere(item, record))) {
    return { kind: "unchanged", line };
  }
  if (isThere(item, record)) return await change(world, { ...trial, desired, mode: "update" }, signal);
  const { namespace } = item.key;
  if (namespace !== "" && world.namespaces.state(namespace) !== "present") {
    // Objects in a namespace that is not there can't be tried.
    if (trial.created.has(namespace)) return { kind: "create", line: `${line}: create` };
    return { kind: "failure", line: `${line}: namespace ${namespace} does not exist` };
  }
  const over = await overLive(world, { desired, mode: "create" }, signal);
  if (over.kind === "failed") return { kind: "failure", line: `${line}: ${over.settled.message}` };
  const outcome = await perform(world, { desired: over.desired, mode: "create" }, signal);
  if (outcome.kind === "applied") return { kind: "create", line: `${line}: create` };
  if (outcome.kind !== "exists") return { kind: "failure", line: `${line}: ${refusal(outcome, item)}` };
  return await taken(world, { ...trial, desired }, signal);
}

/** Whether the record is of the object that is wanted, and not of one of another name. */
function isThere(item: Target, record: ResourceRecord | undefined): record is ResourceRecord {
  return record?.uid !== undefined && objectKeyText(keyOf(record)) === objectKeyText(item.key);
}

/** An object that the node did not make has the name. */
async function taken(
  world: NodeWorld,
  trial: Trial & { desired: DesiredObject },
  signal: AbortSignal,
): Promise<Previewed> {
  const { item, node, line } = trial;
  const live = await world.applier.look(item.type, item.key, signal);
  if (live === undefined) return { kind: "create", line: `${line}: create` };
  const of = { policy: item.policy, shared: isShared(item.policy, item.key), recordedUid: undefined };
  const owner = claim(live, node, of);
  if (owner.kind === "foreign") {
    return { kind: "failure", line: `${line}: the object exists and belongs to ${owner.owner}` };
  }
  return await change(world, { ...trial, mode: owner.kind === "take" ? "take" : "update" }, signal);
}

async function change(
  world: NodeWorld,
  trial: Trial & { desired: DesiredObject; mode: ApplyMode },
  signal: AbortSignal,
): Promise<Previewed> {
  const { item, line, desired, mode } = trial;
  const live = await world.applier.read(item.type, item.key, signal);
  if (live === undefined) return { kind: "create", line: `${line}: create` };
  const over = await overLive(world, { desired, mode }, signal);
  if (over.kind === "failed") return { kind: "failure", line: `${line}: ${over.settled.message}` };
  const outcome = await perform(world, { desired: over.desired, mode }, signal);
  if (outcome.kind !== "applied") return { kind: "failure", line: `${line}: ${refusal(outcome, item)}` };
  const fields = changedFields(live, outcome.object);
  return fields.length === 0
    ? { kind: "unchanged", line }
    : { kind: "change", line: `${line}: change ${listed(fields)}` };
}

async function perform(
  world: NodeWorld,
  of: { desired: DesiredObject; mode: ApplyMode },
  signal: AbortSignal,
): Promise<Outcome> {
  return await world.writes.run(() => world.applier.perform({ kind: "apply", ...of }, signal));
}

/** What the API server says of a Secret may quote its values. */
function refusal(outcome: Outcome, { key, policy }: Target): string {
  if (outcome.kind === "conflict") return `conflict: ${describeConflicts(outcome.conflicts)}`;
  if (outcome.kind !== "rejected") return outcome.kind;
  const again = policy.recreateOnImmutable ? "; recreateOnImmutable may replace it" : "";
  if (key.kind === "Secret") return `refused (${outcome.code})${again}`;
  return `refused: ${outcome.message}${again}`;
}

const FIELDS = 5;

function listed(fields: readonly string[]): string {
  const more = fields.length > FIELDS ? ` and ${fields.length - FIELDS} more` : "";
  return `${fields.slice(0, FIELDS).join(", ")}${more}`;
}

/** What left the resources. An object that was never made leaves nothing. */
function leaving(node: StoredNode, { id, key, policy, record, child, shared }: Orphan): Previewed[] {
  if ((record?.uid ?? child?.uid) === undefined) return [];
  const line = `${node.name}: ${id} ${keyText(key)}`;
  if (policy === "Retain") return [{ kind: "change", line: `${line}: leave behind (Retain)` }];
  return [
    shared ? { kind: "change", line: `${line}: let go of` } : { kind: "delete", line: `${line}: delete` },
  ];
}
