import { isTrue } from "../../src/api/conditions.ts";
import type { NodeStatus } from "../../src/api/node.ts";
import { createInformer } from "../../src/kube/informer.ts";
import { NODE } from "../../src/operator/kinds.ts";
import { until } from "../support/cluster_objects.ts";
import { type OperatorProcess, startOperatorProcess } from "../support/operator_process.ts";
import { since, total } from "./api_audit.ts";
import { type Fleet, formOf, hubOf, RESOURCES } from "./fleet.ts";
import { configMapOf, dataOf } from "./fleet_children.ts";
import { processUsage } from "./process_usage.ts";
import type { Stage } from "./stage.ts";

/** How long anything may take at most, in seconds. */
export const PATIENCE_S = 1800;

/** How many nodes are ready, as somebody outside of the operator sees it. */
export interface ReadyNodes {
  count(): number;
  stop(): Promise<void>;
}

/** Nodes of so many resources are ready with all of them; ten unless told. */
export function watchReadyNodes(
  { client }: Pick<Stage, "client">,
  { namespace }: Fleet,
  resources = RESOURCES,
): ReadyNodes {
  const informer = createInformer<boolean, "ready">({
    client,
    type: NODE,
    namespace,
    project: (object) => {
      const status = object["status"] as NodeStatus | undefined;
      return isTrue(status?.conditions, "Ready") && status?.readyResources === resources &&
        status.observedGeneration === object.metadata.generation;
    },
    indexes: { ready: ({ value }) => value ? ["yes"] : [] },
  });
  return {
    count: () => informer.keysBy("ready", "yes").size,
    stop: () => informer.stop(),
  };
}

export async function startBenched(stage: Stage): Promise<OperatorProcess> {
  return await startOperatorProcess({ kubeconfig: stage.server.kubeconfig, ...stage.rows.allowed });
}

/** Until the operator has asked for nothing in a while: counts and events are told a moment after what they tell. */
export async function quiet(stage: Stage): Promise<void> {
  let seen = -1;
  while (true) {
    const now = total(await stage.requests());
    if (now === seen) return;
    seen = now;
    await pause(2500);
  }
}

export interface ColdFigures {
  readonly seconds: number;
  readonly perSecond: number;
  readonly requestsPerResource: number;
  readonly cpuMsPerResource: number;
  /** Resident before there was a fleet. */
  readonly baseMb: number;
  readonly peakMb: number;
}

interface Running {
  readonly operator: OperatorProcess;
  readonly nodes: ReadyNodes;
  readonly fleet: Fleet;
}

/** From the hub's creation until the last node is ready. */
export async function coldStart(
  stage: Stage,
  { operator, nodes, fleet, syncInterval }: Running & { syncInterval: string },
): Promise<ColdFigures> {
  const before = await stage.requests();
  const base = await processUsage(operator.pid);
  await stage.objects.apply(formOf(fleet));
  const start = performance.now();
  await stage.objects.apply(hubOf(fleet, stage.rows.source(syncInterval)));
  await until("every node to be ready", () => Promise.resolve(nodes.count() >= fleet.rows), PATIENCE_S);
  const seconds = (performance.now() - start) / 1000;
  const { cpuSeconds, peakMb } = await processUsage(operator.pid);
  await quiet(stage);
  const requests = total(since(before, await stage.requests()));
  const resources = fleet.rows * RESOURCES;
  return {
    seconds: rounded(seconds),
    perSecond: Math.round(resources / seconds),
    requestsPerResource: rounded(requests / resources),
    cpuMsPerResource: rounded((cpuSeconds - base.cpuSeconds) * 1000 / resources),
    baseMb: base.residentMb,
    peakMb,
  };
}

export interface SilentFigures {
  readonly requestsPerMinute: number;
  readonly cpuPercent: number;
  readonly residentMb: number;
}

/** Nothing changes for so many seconds. */
export async function silence(
  stage: Stage,
  { operator, seconds }: { operator: OperatorProcess; seconds: number },
): Promise<SilentFigures> {
  const before = await stage.requests();
  const { cpuSeconds } = await processUsage(operator.pid);
  await pause(seconds * 1000);
  const after = await processUsage(operator.pid);
  const requests = total(since(before, await stage.requests()));
  return {
    requestsPerMinute: rounded(requests * 60 / seconds),
    cpuPercent: rounded((after.cpuSeconds - cpuSeconds) * 100 / seconds),
    residentMb: after.residentMb,
  };
}

export interface FormEditFigures {
  readonly seconds: number;
  readonly requestsPerNode: number;
}

/** One ConfigMap of ten changes in the form. */
export async function editForm(
  stage: Stage,
  { nodes, fleet }: { nodes: ReadyNodes; fleet: Fleet },
): Promise<FormEditFigures> {
  const before = await stage.requests();
  const last = configMapOf(fleet, fleet.rows - 1, 4);
  const edited = formOf(fleet).replace('n: "4"', 'n: "4, edited"');
  const start = performance.now();
  await stage.objects.apply(edited);
  const all = async () => (await dataOf(stage, last))?.["n"] === "4, edited" && nodes.count() >= fleet.rows;
  await until("the form's edit in every node", all, PATIENCE_S);
  const seconds = (performance.now() - start) / 1000;
  await quiet(stage);
  const requests = total(since(before, await stage.requests()));
  return { seconds: rounded(seconds), requestsPerNode: rounded(requests / fleet.rows) };
}

/** Deletes the fleet and waits until nothing of it is left; the seconds that it took. */
export async function removeFleet(stage: Stage, fleet: Fleet): Promise<number> {
  const of = { apiVersion: "operator.lynq.sh/v1", namespace: fleet.namespace };
  const start = performance.now();
  await stage.objects.remove({ ...of, kind: "LynqHub", name: "bench" });
  await until(
    "the fleet to be gone",
    async () => (await stage.objects.list({ ...of, kind: "LynqHub" })).length === 0,
    PATIENCE_S,
  );
  await stage.objects.remove({ ...of, kind: "LynqForm", name: "bench" });
  return rounded((performance.now() - start) / 1000);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
