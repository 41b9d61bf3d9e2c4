import type { ResourceRecord } from "../api/node.ts";
import { NODE_FINALIZER } from "../api/labels.ts";
import { objectKeyText, parseNamespacedName } from "../api/resource_key.ts";
import type { Variables } from "../api/stages.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { describeGraphError, type Waves } from "../graph/waves.ts";
import { reportDrift } from "./drift_events.ts";
import { finalizeNode } from "./finalize.ts";
import { gather, type Item } from "./gather.ts";
import { type NodeProblem, nodeStatus, problemStatus, type StatusInput } from "./node_status.ts";
import { findOrphans } from "./orphans.ts";
import type { PreparedForm } from "./prepared_form.ts";
import { type Leftover, leftoverRecord } from "./leftover.ts";
import { prune, UNWATCHED_MS } from "./prune.ts";
import { publishStatus, reportTransitions } from "./publish.ts";
import { type Finding, nextTimeout, toRecord } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import { SEED_UNAVAILABLE } from "./seed.ts";
import { buildVariables } from "./variables.ts";
import { walkWaves } from "./walk.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Brings one node's resources to where its form and row want them, as far as that goes without waiting: a worker is
 * never held by a resource that is not ready; the watch of its kind brings the node back.
 */
export async function reconcileNode(world: NodeWorld, key: string, signal: AbortSignal): Promise<Verdict> {
  // 1. The node as it is stored.
  const node = world.nodes.get(key);
  if (node === undefined) return forget(world, key);

  // 2. Deletion precedes anything that can fail to render.
  if (node.deleting) return await finalizeNode(world, node, signal);
  if (!node.finalizers.includes(NODE_FINALIZER)) await addFinalizer(world, node, signal);

  // 3. What it is rendered from.
  const ready = await prepare(world, node);
  if (ready.kind === "problem") return await publishProblem(world, { node, problem: ready.problem }, signal);

  // 4. Gather: what is wanted, and the caches that know what is there.
  const all = node.status.resources ?? [];
  const records = new Map(
    all.filter((record) => record.state !== "Deleting").map((record) => [record.id, record]),
  );
  const { form, variables, waves } = ready;
  const { items, excluded } = await gather(world, {
    node,
    form,
    variables,
    records,
    depth: waves.depth,
    signal,
  });
  awaitAppearances(world, key, items);

  // 5. Decide and act, wave by wave.
  const now = world.now();
  const findings = await walkWaves(world, {
    node,
    items,
    excluded,
    waves: waves.waves,
    records,
    signal,
    now,
  });

  // 6. Let go of what left the desired set.
  const leftovers = await pruneLeavers(world, { node, items, findings }, signal);

  // 7. Tell.
  const next = [
    ...findings.map((finding) => toRecord(finding, records.get(finding.id), now)),
    ...leftovers.map((leftover) => leftoverRecord(leftover, now)),
  ];
  reportTransitions(world, node, next);
  reportDrift(world, node, findings);
  await publishStatus(
    world,
    { node, status: nodeStatus(next, { ...statusInput(world, node), excluded }) },
    signal,
  );

  // 8. When to come back without an event.
  return verdict(world, { key, items, findings, leftovers, records: next, now });
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
  return { before: node.status, generation: node.generation, namespace: node.namespace, now: world.now() };
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
  "KindNotFound",
  "ResourceConflict",
  "DuplicateObject",
]);

function verdict(world: NodeWorld, done: Done): Verdict {
  const { key, findings, items } = done;
  world.namespaces.wait(
    key,
    findings.filter((f) => f.settled.reason.startsWith("Namespace")).map((f) => f.key.namespace),
  );
  const policies = new Map(items.map((item) => [item.id, item.policy]));
  const timeout = nextTimeout(done.records, policies, done.now);
  const again = findings.flatMap(({ repairInMs }) =>
    repairInMs === undefined ? [] : requeueAfter(repairInMs)
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
  return sooner(timed, requeueAfter(world.backoff.next(key)));
}
