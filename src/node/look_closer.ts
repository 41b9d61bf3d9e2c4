import type { ResourceRecord } from "../api/node.ts";
import type { Child, ReadinessClue } from "../api/stages.ts";
import type { ListOptions } from "../kube/client.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import {
  DEAD_END_GRACE_MS,
  type DeadEnd,
  FAILED_CREATE,
  knownDeadEnd,
  podsDeadEnd,
  refusedPods,
  toldByEvents,
  waitedMs,
} from "./dead_end.ts";
import type { WalkInput } from "./finding.ts";
import { isJudged } from "./ready_rules.ts";
import { type Finding, TIMEOUT_REASON } from "./settle.ts";
import { ABSENT_MS } from "./storage_classes.ts";
import type { NodeWorld } from "./world.ts";

const POD: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const EVENT: ResourceType = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true };

/** Objects that are taken of one list; a workload with trouble shows it in a few. */
const PAGE = 50;

/** Until an object that could not be read is read again. */
const UNREAD_MS = 30_000;

/**
 * What other objects tell of a resource that is not ready: a claim whose class waits for its first pod is ready, and a
 * workload whose pods can't come to run has failed. Costs nothing for what is ready.
 */
export async function lookCloser(world: NodeWorld, input: WalkInput, finding: Finding): Promise<Finding> {
  const { child, settled, policy } = finding;
  if (child === undefined || settled.reason !== "NotReady") return finding;
  if (!isJudged(child, policy)) return { ...finding, lookInMs: UNREAD_MS };
  if (child.readiness.kind !== "progressing") return finding;
  const { clue, deadEnd } = child.readiness;
  if (clue?.kind === "storageClass") return await lookAtClass(world, { finding, clue });
  if (clue === undefined && deadEnd === undefined) return finding;
  return await lookAtPods(world, input, { finding, child, clue });
}

type ClassClue = Extract<ReadinessClue, { kind: "storageClass" }>;
type PodsClue = Extract<ReadinessClue, { kind: "pods" }>;

async function lookAtClass(
  world: NodeWorld,
  { finding, clue }: { finding: Finding; clue: ClassClue },
): Promise<Finding> {
  const { settled } = finding;
  switch (await world.storageClasses.bindingMode(clue.name, world.now())) {
    case "WaitForFirstConsumer": {
      const message = "its StorageClass makes the volume when the first pod that uses the claim is scheduled";
      return { ...finding, settled: { state: "Ready", reason: "WaitForFirstConsumer", message } };
    }
    case "absent": {
      const why = clue.name === undefined
        ? "it names no StorageClass, and none is the default"
        : `there is no StorageClass ${clue.name}`;
      return {
        ...finding,
        settled: { ...settled, message: `${settled.message}: ${why}` },
        lookInMs: ABSENT_MS,
      };
    }
    case "unknown":
      return { ...finding, lookInMs: ABSENT_MS };
    case "Immediate":
      return finding;
  }
}

interface Suspect {
  readonly finding: Finding;
  readonly child: Child;
  readonly clue: PodsClue | undefined;
}

async function lookAtPods(
  world: NodeWorld,
  input: WalkInput,
  { finding, child, clue }: Suspect,
): Promise<Finding> {
  const before = input.records.get(finding.id);
  if (finding.written === undefined && hasFailed(child, before, input.now)) return finding;
  const waited = finding.written === undefined ? waitedMs(before, input.now) ?? 0 : 0;
  // What times out sooner is looked at then, so that its reason is known.
  const graceMs = Math.min(DEAD_END_GRACE_MS, finding.policy.timeoutSeconds * 1000);
  if (waited < graceMs) return { ...finding, lookInMs: graceMs - waited };
  if (clue === undefined || world.looks.isRefused(asker(world, POD), input.now)) return finding;
  const since = new Date(input.now.getTime() - waited);
  const inMs = world.looks.askMs(`${input.node.uid}/${finding.id}`, { since, graceMs }, input.now);
  if (inMs > 0) return { ...finding, lookInMs: inMs };
  const deadEnd = await findDeadEnd(world, input, { child, selector: clue.selector });
  if (deadEnd !== undefined) return { ...finding, deadEnd };
  return { ...finding, lookInMs: Math.max(DEAD_END_GRACE_MS, waited) };
}

/** It stays failed until it is ready or written anew, so that nothing is to be found out. */
function hasFailed(child: Child, before: ResourceRecord | undefined, now: Date): boolean {
  return before?.reason === TIMEOUT_REASON || knownDeadEnd(child, before, now) !== undefined;
}

async function findDeadEnd(
  world: NodeWorld,
  { now, signal }: WalkInput,
  { child, selector }: { child: Child; selector: string },
): Promise<DeadEnd | undefined> {
  const page = (options: ListOptions) => firstPage(world, options, { now, signal });
  const pods = await page({ type: POD, namespace: child.namespace, labelSelector: selector, limit: PAGE });
  const trouble = podsDeadEnd(pods, child, now);
  if (trouble !== undefined || !toldByEvents(child.kind)) return trouble;
  const fieldSelector = `involvedObject.uid=${child.uid},reason=${FAILED_CREATE}`;
  const events = await page({ type: EVENT, namespace: child.namespace, fieldSelector, limit: PAGE });
  return refusedPods(events, pods, child);
}

/** Empty where the list is refused or fails: what can't be seen is no trouble. */
async function firstPage(
  world: Pick<NodeWorld, "tenant" | "account" | "looks">,
  options: ListOptions,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<readonly KubeObject[]> {
  const { tenant, looks } = world;
  const kind = asker(world, options.type);
  if (looks.isRefused(kind, now)) return [];
  try {
    for await (const { items } of tenant.list(options, signal)) return items;
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error;
    if (error instanceof KubeError && error.status === 403) looks.refuse(kind, now);
  }
  return [];
}

/** A kind as one account asks for it: what is refused to one is not refused to all. */
function asker({ account }: Pick<NodeWorld, "account">, { kind }: ResourceType): string {
  return account === undefined ? kind : `${kind} as ${account.namespace}/${account.name}`;
}
