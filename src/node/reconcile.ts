import type { ResourceRecord } from "../api/node.ts";
import { NODE_FINALIZER } from "../api/labels.ts";
import { nextEnd, type PauseCause } from "../api/pause.ts";
import { objectKeyText, parseNamespacedName } from "../api/resource_key.ts";
import { SENSITIVE_UNAVAILABLE } from "../api/sensitive.ts";
import type { Variables } from "../api/stages.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { describeGraphError, type Waves } from "../graph/waves.ts";
import { actingFor } from "./acting.ts";
import { reportDrift } from "./drift_events.ts";
import { finalizeNode } from "./finalize.ts";
import { withFormerRecords } from "./former_records.ts";
import { secretive, withoutForeignWords } from "./foreign_words.ts";
import { gather, type Item } from "./gather.ts";
import { holdNode } from "./hold.ts";
import { ruledObjects } from "./judge.ts";
import { redaction } from "./redaction.ts";
import { type NodeProblem, nodeStatus, problemStatus, type StatusInput } from "./node_status.ts";
import { findOrphans } from "./orphans.ts";
import type { PreparedForm } from "./prepared_form.ts";
import { leavingNamespaces, type Leftover, leftoverRecord } from "./leftover.ts";
import { prune, UNWATCHED_MS } from "./prune.ts";
import { publishStatus, reportTransitions } from "./publish.ts";
import { recreateAsked } from "./recreate.ts";
import { type Finding, nextTimeout, type Settled, toRecord } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import { SEED_UNAVAILABLE } from "./seed.ts";
import { standingConditions } from "./standing.ts";
import { buildVariables } from "./variables.ts";
import { awaitHeld, walkWaves } from "./walk.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Brings one node's resources to where its form and row want them, as far as that goes without waiting: a worker is
 * never held by a resource that is not ready; the watch of its kind brings the node back.
 */
export async function reconcileNode(own: NodeWorld, key: string, signal: AbortSignal): Promise<Verdict> {
  // 1. The node as it is stored, and whose rights its resources are handled with.
  const cached = own.nodes.get(key);
  if (cached === undefined) return forget(own, key);
  const stored = await withFormerRecords(own, cached, signal);
  const told = redaction(own.events);
  const world = actingFor({ ...own, events: told.events }, stored);

  // 2. Deletion precedes anything that can fail to render.
  if (stored.deleting) return await finalizeNode(own, stored, signal);
  const pauses = world.pauses(stored);
  if (pauses.length > 0) return await stayPaused(world, { key, node: stored, pauses }, signal);
  if (!stored.finalizers.includes(NODE_FINALIZER)) await addFinalizer(world, stored, signal);

  // 3. What it is rendered from, and what of it is asked for once more.
  const ready = await prepare(world, stored);
  if (ready.kind === "problem") {
    return await publishProblem(world, { node: stored, problem: ready.problem }, signal);
  }
  const { resources } = ready.form;
  const { node, waiting } = await recreateAsked(world, { node: stored, resources, signal });

  // 4. Gather: what is wanted, and the caches that know what is there.
  const all = node.status.resources ?? [];
  const records = new Map(
    all.filter((record) => record.state !== "Deleting").map((record) => [record.id, record]),
  );
  const { form, variables, waves } = ready;
  const of = { node, form, variables, records, depth: waves.depth, signal, onOpened: told.learn };
  const gathered = await gather(world, of);
  const { excluded } = gathered;
  const items = gathered.items.map((item) => held(item, waiting.get(item.id)));
  awaitAppearances(world, key, items);
  world.children.rules.claim(key, ruledObjects(items));

  // 5. Decide and act, wave by wave.
  const now = world.now();
  const walk = { node, items, excluded, waves: waves.waves, records, signal, now };
  const findings = await walkWaves(world, walk);

  // 6. Let go of what left the desired set.
  const leftovers = await pruneLeavers(world, { node, items, findings }, signal);

  // 7. Tell.
  const ids = secretive(form, node);
  const next = [
    ...findings.map((finding) => toRecord(finding, records.get(finding.id), now)),
    ...leftovers.map((leftover) => leftoverRecord(leftover, now)),
  ].map((record) => withoutForeignWords(record, { ids, redact: told.text }));
  reportTransitions(world, node, next);
  reportDrift(world, node, findings);
  await publishStatus(
    world,
    { node, status: nodeStatus(next, { ...statusInput(world, node), excluded }) },
    signal,
  );

  // 8. When to come back without an event.
  return verdict(world, { key, node, items, findings, leftovers, records: next, now });
}

/** Nothing is decided about an object that is on its way out. */
function held(item: Item, settled: Settled | undefined): Item {
  if (settled === undefined) return item;
  const { id, policy, wave, key } = item;
  return { kind: "broken", id, policy, wave, key, settled };
}

/** Writes nothing but the status. What it misses is done by the first pass after the pause. */
async function stayPaused(
  world: NodeWorld,
  { key, node, pauses }: { key: string; node: StoredNode; pauses: readonly PauseCause[] },
  signal: AbortSignal,
): Promise<Verdict> {
  const ready = await prepare(world, node);
  const held = ready.kind === "ready" ? ready : undefined;
  const input = { ...statusInput(world, node), standing: standingConditions(node, pauses) };
  const status = await holdNode(world, { node, held, status: input });
  await publishStatus(world, { node, status }, signal);
  world.backoff.reset(key);
  const policies = new Map(held?.form.resources.map(({ id, policy }) => [id, policy]));
  // What has timed out by now and is not told so is what only a write can tell more of.
  const timeouts = (status.resources ?? [])
    .flatMap((record) => nextTimeout([record], policies, input.now) ?? []).filter((ms) => ms > 0);
  const times = [nextEnd(pauses, input.now) ?? [], timeouts].flat();
  return times.map((ms) => requeueAfter(ms + 1)).reduce(sooner, AWAIT);
}

type Ready =
  | {
    readonly kind: "ready";
    readonly form: PreparedForm;
    readonly variables: Variables;
    readonly waves: Extract<Waves, { kind: "waves" }>;
  }
  | { readonly kind: "problem"; readonly problem: NodeProblem };

async function prepare(world: NodeWorld, node: StoredNode): Promise<Ready> {
  const built = buildVariables(node);
  if (built.kind === "invalid") {
    return problem({
      reason: "VariablesBuildError",
      degraded: "VariablesBuildError",
      message: built.message,
    });
  }
  const prepared = await world.forms.prepared(node);
  if (prepared.kind === "missing") {
    return problem({ reason: "RevisionNotFound", degraded: "RevisionNotFound", message: prepared.message });
  }
  const { form } = prepared;
  if (form.waves.kind !== "waves") {
    const message = describeGraphError(form.waves);
    return problem({ reason: "DependencyError", degraded: "DependencyCycle", message });
  }
  return { kind: "ready", form, variables: built.variables, waves: form.waves };
}

function problem(of: NodeProblem): Ready {
  return { kind: "problem", problem: of };
}

function forget(world: NodeWorld, key: string): Verdict {
  world.metrics.forgetNode(parseNamespacedName(key));
  world.backoff.reset(key);
  world.namespaces.wait(key, []);
  world.missingKinds.wait(key, []);
  world.heldObjects.wait(key, []);
  world.children.rules.claim(key, []);
  return AWAIT;
}

async function addFinalizer(world: NodeWorld, node: StoredNode, signal: AbortSignal): Promise<void> {
  const body = {
    metadata: { resourceVersion: node.resourceVersion, finalizers: [...node.finalizers, NODE_FINALIZER] },
  };
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  world.nodes.observe(
    await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal),
  );
}

function statusInput(world: NodeWorld, node: StoredNode): StatusInput {
  const { status: before, generation, namespace } = node;
  return { before, generation, namespace, now: world.now(), standing: standingConditions(node, []) };
}

async function publishProblem(
  world: NodeWorld,
  { node, problem }: { node: StoredNode; problem: NodeProblem },
  signal: AbortSignal,
): Promise<Verdict> {
  await publishStatus(world, { node, status: problemStatus(problem, statusInput(world, node)) }, signal);
  return AWAIT;
}

/** Asked before it is looked, so that a namespace or kind that appears while this pass runs wakes the node all the same. */
function awaitAppearances(world: NodeWorld, key: string, items: readonly Item[]): void {
  world.namespaces.wait(
    key,
    [...new Set(items.flatMap((item) => item.kind === "target" ? [item.key.namespace] : []))],
  );
  world.missingKinds.wait(key, items.flatMap((i) => i.kind === "broken" ? i.missingKind ?? [] : []));
}

interface Passed {
  readonly node: StoredNode;
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
}

async function pruneLeavers(
  world: NodeWorld,
  { node, items }: Passed,
  signal: AbortSignal,
): Promise<Leftover[]> {
  const orphans = findOrphans({
    records: node.status.resources ?? [],
    children: world.children.ownedBy(node),
    keep: new Set(items.flatMap((item) => item.key === undefined ? [] : [objectKeyText(item.key)])),
    keepIds: new Set(items.filter((item) => item.kind === "broken").map((item) => item.id)),
  });
  if (orphans.length === 0) return [];
  return await prune(world, { node, orphans, reason: "RemovedFromTemplate", signal });
}

interface Done {
  readonly key: string;
  readonly node: StoredNode;
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
  readonly leftovers: readonly Leftover[];
  readonly records: readonly ResourceRecord[];
  readonly now: Date;
}

/** Reasons of a failure that time alone can mend; what needs another form or row waits for that event. */
const RETRIED = new Set([
  "ApplyFailed",
  SEED_UNAVAILABLE,
  SENSITIVE_UNAVAILABLE,
  "KindNotFound",
  "ResourceConflict",
  "DuplicateObject",
]);

function verdict(world: NodeWorld, done: Done): Verdict {
  const { key, findings, items } = done;
  world.namespaces.wait(
    key,
    [
      ...findings.filter((f) => f.settled.reason.startsWith("Namespace")).map((f) => f.key.namespace),
      ...leavingNamespaces(done.leftovers.map(({ orphan }) => orphan)),
    ],
  );
  const conflicts = findings.filter((f) => f.settled.reason === "ResourceConflict").map(({ id }) => id);
  awaitHeld(world, { node: done.node, items: items.filter(({ id }) => conflicts.includes(id)) });
  const policies = new Map(items.map((item) => [item.id, item.policy]));
  const timeout = nextTimeout(done.records, policies, done.now);
  const again = findings.flatMap(({ repairInMs, lookInMs }) =>
    [repairInMs, lookInMs].flatMap((inMs) => inMs === undefined ? [] : requeueAfter(inMs))
  );
  const going = done.leftovers.length > 0 ||
    findings.some((f) => f.settled.reason === "BeingDeleted" || f.settled.reason === "Recreating");
  if (going) again.push(requeueAfter(UNWATCHED_MS));
  const timed = again.reduce(sooner, timeout === undefined ? AWAIT : requeueAfter(timeout + 1));
  const retry = findings.some((f) => RETRIED.has(f.settled.reason)) || done.leftovers.some((l) => l.failed);
  if (!retry) {
    world.backoff.reset(key);
    return timed;
  }
  return sooner(timed, requeueAfter(world.backoff.again(key, world.now().getTime())));
}
