import { protectsForms } from "../api/hub.ts";
import { ANNOTATION, HUB_FINALIZER } from "../api/labels.ts";
import { isPausedByHand, nextEnd, type PauseCause, pausesOf } from "../api/pause.ts";
import { parseNamespacedName } from "../api/resource_key.ts";
import type { StoredForm, StoredHub } from "../api/stored.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { compareText } from "../kube/compare_text.ts";
import { SourceError } from "../source/port.ts";
import { giveAccount } from "./account.ts";
import { advance } from "./advance.ts";
import { asksNothing, isCalm, keepCalm, stampOf } from "./calm.ts";
import { type Carried, carryOut } from "./carry_out.ts";
import { finalizeHub } from "./finalize.ts";
import { intervalMs } from "./interval.ts";
import { planHub, planWithoutForm } from "./plan.ts";
import { asWritten, publishHub } from "./publish.ts";
import { readRows } from "./read_rows.ts";
import { nextReadAt, takeTurn, type Timing, TURN_MS, waitBeforeRead } from "./read_pace.ts";
import { reportFailure, reportPlan } from "./report.ts";
import { safeChanges } from "./safe_changes.ts";
import { sealed } from "./sensitive_secret.ts";
import { takeBack } from "./take_back.ts";
import { settleWaiting } from "./waiting_secrets.ts";
import type { HubMemory, HubWorld } from "./world.ts";

/**
 * Brings the LynqNodes of one hub to what its rows ask for, once a sync interval or when hub or forms changed; in
 * between it only rolls out what its forms ask for, and counts. A read that fails changes no node and keeps the counts
 * of the last good one; a paused hub reads nothing.
 */
export async function reconcileHub(world: HubWorld, key: string, signal: AbortSignal): Promise<Verdict> {
  // 1. The hub as it is stored.
  const hub = world.hubs.get(key);
  if (hub === undefined) return forget(world, key);
  if (hub.deleting) return await finalizeHub(world, hub, signal);
  const forms = world.forms.ofHub(hub.namespace, hub.name);
  const paused = pausesOf({ hub }, world.now());
  if (paused.length > 0) return await stayPaused(world, { key, hub, forms, paused }, signal);
  if (!hub.finalizers.includes(HUB_FINALIZER)) await addFinalizer(world, hub, signal);

  // 2. Read, plan and carry out, when it is time. What is as it was asks for a read only, and the same rows for no more.
  const stamp = stampOf(world, { hub, forms });
  const known = world.memory.get(key);
  const calm = isCalm(known, { stamp, now: world.now().getTime() });
  if (!calm) await giveAccount(world, hub, signal);
  const basis = known !== undefined && calm ? known.basis : basisOf(world, { hub, forms });
  const { due, waitMs } = takeTurn(world, { key, hub, basis });
  const of = { key, hub, forms, basis, stamp, calm: calm ? known?.calm : undefined };
  if (calm && !due) return nextPoll(world, of);
  const memory = due ? await sync(world, of, signal) : await roll(world, of, signal);
  if (of.calm !== undefined && memory.calm === of.calm) return nextPoll(world, of);

  // 3. Count and tell. Each step of a rollout comes by.
  const told = {
    hub: asWritten(world, hub),
    forms,
    sync: memory.sync,
    paused,
    guards: due ? memory.guards : undefined,
  };
  const untoldMs = await publishHub(world, due ? told : { ...told, counts: true }, signal);

  // 4. When to read or tell again.
  const end = nextPauseEnd(world, { hub, forms });
  if (due && untoldMs === 0) {
    keepCalm(world, { key, memory, until: end === undefined ? Infinity : world.now().getTime() + end });
  }
  return [end, untoldMs === 0 ? undefined : untoldMs].reduce<Verdict>(
    (verdict, ms) => ms === undefined ? verdict : sooner(verdict, requeueAfter(ms)),
    requeueAfter(Math.max(waitMs, waitBeforeRead(world, { key, hub, basis }))),
  );
}

/** Nothing but the clock brings the hub back. */
function nextPoll(world: HubWorld, of: Timing): Verdict {
  const until = world.memory.get(of.key)?.calm?.until ?? Infinity;
  const end = until === Infinity ? AWAIT : requeueAfter(until - world.now().getTime());
  return sooner(end, requeueAfter(waitBeforeRead(world, of)));
}

/** Nothing is read and nothing written, but that the nodes of a form that was deleted go. Its end asks for a read. */
async function stayPaused(
  world: HubWorld,
  of: { key: string; hub: StoredHub; forms: readonly StoredForm[]; paused: readonly PauseCause[] },
  signal: AbortSignal,
): Promise<Verdict> {
  const { key, hub, forms, paused } = of;
  const memory = world.memory.get(key);
  if (memory !== undefined) world.memory.set(key, { ...memory, basis: "" });
  // What is to be held can't be judged without the rows.
  const kept = protectsForms(hub.spec);
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  const changes = kept ? [] : planWithoutForm({ forms, nodes });
  const { broken, refused } = await carryOut(world, { hub, changes }, signal);
  const sync = memory?.sync ?? { kind: "none" };
  const untoldMs = await publishHub(world, { hub, forms, sync, paused }, signal);
  if (broken !== undefined) throw broken.error;
  const end = nextEnd(paused, world.now());
  const again = refused === 0 ? undefined : world.backoff.next(key);
  return [end, untoldMs === 0 ? undefined : untoldMs, again].reduce<Verdict>(
    (verdict, ms) => ms === undefined ? verdict : sooner(verdict, requeueAfter(ms)),
    AWAIT,
  );
}

function forget(world: HubWorld, key: string): Verdict {
  world.metrics.forgetHub(parseNamespacedName(key));
  world.memory.delete(key);
  world.sensitiveMemory.delete(key);
  world.backoff.reset(key);
  world.tells.forget(key);
  world.secrets.release(key);
  return AWAIT;
}

async function addFinalizer(world: HubWorld, hub: StoredHub, signal: AbortSignal): Promise<void> {
  const body = {
    metadata: { resourceVersion: hub.resourceVersion, finalizers: [...hub.finalizers, HUB_FINALIZER] },
  };
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  world.hubs.observe(
    await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal),
  );
}

interface Family {
  readonly hub: StoredHub;
  readonly forms: readonly StoredForm[];
}

/** What a plan was made with: another basis is a reason to plan anew at once, the end of a pause among them. */
function basisOf(world: HubWorld, { hub, forms }: Family): string {
  // Which revision it is changes nothing for a row: the nodes get it without a read.
  const valid = forms.map((form) => `${form.name}=${form.status.currentRevision !== undefined}`);
  const paused = pausedBelow(world, { hub, forms }).map(({ kind, name }) => `paused ${kind} ${name}`);
  const approved = [ANNOTATION.approveDeletions, ANNOTATION.approveCreations]
    .map((name) => hub.annotations[name] ?? "");
  return [hub.generation, ...approved, ...valid, ...paused].join("\n");
}

/** The forms that are paused, and the nodes that a person paused. */
function pausedBelow(world: HubWorld, { hub, forms }: Family) {
  const now = world.now();
  const nodes = world.nodes.ofHub(hub.namespace, hub.name).filter((node) => isPausedByHand(node, now));
  return [
    ...forms.map((form) => ({ kind: "form", name: form.name, causes: pausesOf({ form }, now) })),
    ...nodes.sort((a, b) => compareText(a.name, b.name))
      .map((node) => ({ kind: "node", name: node.name, causes: pausesOf({ node }, now) })),
  ].filter(({ causes }) => causes.length > 0);
}

function nextPauseEnd(world: HubWorld, family: Family): number | undefined {
  return nextEnd(pausedBelow(world, family).flatMap(({ causes }) => causes), world.now());
}

interface Due extends Timing {
  readonly forms: readonly StoredForm[];
  readonly stamp: string;
  /** Set where nothing but the rows can have moved since the last read. */
  readonly calm: HubMemory["calm"];
}

async function sync(
  world: HubWorld,
  of: Due,
  signal: AbortSignal,
): Promise<HubMemory> {
  const { key, basis } = of;
  const before = { ...EMPTY, ...world.memory.get(key), overtaken: "no" as const };
  world.memory.set(key, before);
  const startedAt = world.now().getTime();
  const { broken, left = 0, readEnd, ...outcome } = await attempt(world, { ...of, before }, signal)
    .finally(() => world.sickReads.end(key));
  const { overtaken } = world.memory.get(key) ?? before;
  // The interval is between the beginnings of two reads, and half of it is left to the database.
  const rested = Math.max(startedAt, (readEnd ?? world.now().getTime()) - intervalMs(of.hub.spec) / 2);
  const readAt = broken === undefined && left === 0 ? rested : 0;
  const memory: HubMemory = { ...before, ...outcome, overtaken, readAt, basis };
  world.memory.set(key, memory);
  if (broken !== undefined) throw broken.error;
  return memory;
}

/** Between two reads: what may be written of what waits, and nodes whose form has another revision by now. */
async function roll(
  world: HubWorld,
  of: Timing & { forms: readonly StoredForm[] },
  signal: AbortSignal,
): Promise<HubMemory> {
  const { key, hub, forms } = of;
  const before = world.memory.get(key) ?? EMPTY;
  // Also a hub that waits for its turn to read rolls out meanwhile.
  const until = Math.max(before.readAt + intervalMs(hub.spec), world.now().getTime() + TURN_MS);
  const { problems: _, refused, broken, left, ...outcome } = await advance(
    world,
    { hub, forms, plan: undefined, before, until },
    signal,
  );
  if (refused > 0) world.backoff.next(key);
  // What was left undone is known only from the rows.
  const again = broken === undefined && left === 0 ? {} : { readAt: 0 };
  const memory = { ...(world.memory.get(key) ?? before), ...outcome, ...again };
  world.memory.set(key, memory);
  if (broken !== undefined) throw broken.error;
  return memory;
}

const EMPTY: HubMemory = {
  readAt: 0,
  basis: "",
  sync: { kind: "none" },
  throttled: false,
  full: new Set(),
  waiting: [],
  doubts: new Map(),
  overtaken: "no",
};

interface Attempted
  extends Pick<HubMemory, "sync" | "throttled" | "full" | "waiting" | "doubts" | "calm" | "guards"> {
  readonly broken?: Carried["broken"];
  readonly left?: number;
  /** When the rows were in, in milliseconds since the epoch; writing what they ask for leaves the database alone. */
  readonly readEnd?: number;
}

/** One read, plan and its changes; a read that fails is an outcome too. */
async function attempt(
  world: HubWorld,
  of: Due & { before: HubMemory },
  signal: AbortSignal,
): Promise<Attempted> {
  const { key, hub, before, stamp } = of;
  // A form may come or go while rows are read.
  const formsNow = () => world.forms.ofHub(hub.namespace, hub.name);
  try {
    const read = await readRows(world, hub, signal);
    const readEnd = world.now().getTime();
    if (read.digest === of.calm?.rows) return { ...before, guards: undefined };
    const rows = await sealed(world, { hub, rows: read.verdicts(), answer: read.key }, signal);
    await takeBack(world, { hub, forms: formsNow(), rows }, signal);
    const forms = formsNow();
    const nodes = world.nodes.ofHub(hub.namespace, hub.name);
    const isForeign = (name: string) => world.nodes.has(hub.namespace, name);
    const plan = planHub({ hub: hub.name, forms, rows, nodes, now: world.now(), isForeign });
    const { changes, ...guards } = await safeChanges(world, { hub, plan, rows, nodes }, signal);
    reportPlan(world, hub, { plan, guards });
    const given = await settleWaiting(world, { hub, changes: plan.changes }, signal);
    const { problems: taken, refused, ...advanced } = await advance(
      world,
      { hub, forms, plan: { changes, marks: plan.marks }, before, until: nextReadAt(world, hub) },
      signal,
    );
    if (refused === 0) world.backoff.reset(key);
    else world.backoff.next(key);
    const problems = [...plan.problems, ...taken];
    const { held, creations } = guards;
    const counts = { desired: plan.desired, forms: forms.length };
    const sync = { kind: "synced" as const, ...counts, problems, held, creations };
    const settled = given && asksNothing(plan) && taken.length === 0 && !advanced.throttled &&
      advanced.doubts.size === 0;
    const calm = settled ? { rows: read.digest, stamp, until: 0 } : undefined;
    return { sync, ...advanced, guards, calm, readEnd };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    world.backoff.next(key);
    const { code, message, remedy } = error;
    reportFailure(world, hub, error);
    // What a form asks for needs no row.
    const until = nextReadAt(world, hub);
    const { problems: _, refused: __, left: ___, ...advanced } = await advance(
      world,
      { hub, forms: formsNow(), plan: undefined, before: { ...before, waiting: [] }, until },
      signal,
    );
    return {
      sync: { kind: "failed", code, message, remedy },
      ...advanced,
      calm: undefined,
      guards: undefined,
    };
  }
}
