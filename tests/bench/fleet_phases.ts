import { isTrue } from "../../src/api/conditions.ts";
import type { NodeStatus } from "../../src/api/node.ts";
import { createInformer } from "../../src/kube/informer.ts";
import { NODE } from "../../src/operator/kinds.ts";
import { until } from "../support/cluster_objects.ts";
import { type OperatorProcess, startOperatorProcess } from "../support/operator_process.ts";
import { since, total } from "./api_audit.ts";
import { type Fleet, formOf, hubOf, RESOURCES, uidOf } from "./fleet.ts";
import { processUsage } from "./process_usage.ts";
import type { Stage } from "./stage.ts";

const INTERVAL = "5s";

/** How long anything may take at most, in seconds. */
export const PATIENCE_S = 1800;

/** How many nodes are ready, as somebody outside of the operator sees it. */
export interface ReadyNodes {
  count(): number;
  stop(): Promise<void>;
}

export function watchReadyNodes(stage: Stage, { namespace }: Fleet): ReadyNodes {
  const informer = createInformer<boolean, "ready">({
    client: stage.client,
    type: NODE,
    namespace,
    project: (object) => {
      const status = object["status"] as NodeStatus | undefined;
      return isTrue(status?.conditions, "Ready") && status?.readyResources === RESOURCES &&
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
  const sourceHosts = [`${stage.db.host}:${stage.db.port}`];
  return await startOperatorProcess({ kubeconfig: stage.kubeconfig, sourceHosts });
}

export interface ColdFigures {
  readonly seconds: number;
  readonly perSecond: number;
  readonly requestsPerResource: number;
  readonly cpuMsPerResource: number;
  readonly peakMb: number;
  readonly residentMb: number;
}

interface Running {
  readonly operator: OperatorProcess;
  readonly nodes: ReadyNodes;
  readonly fleet: Fleet;
}

/** From the hub's creation until the last node is ready. */
export async function coldStart(stage: Stage, { operator, nodes, fleet }: Running): Promise<ColdFigures> {
  const before = await stage.requests();
  const cpuBefore = (await processUsage(operator.pid)).cpuSeconds;
  const { host, port, username, database } = stage.db;
  const mysql = {
    host,
    port,
    username,
    database,
    table: "bench",
    passwordRef: { name: "db", key: "password" },
  };
  await stage.objects.apply(formOf(fleet));
  const start = performance.now();
  await stage.objects.apply(hubOf(fleet, { type: "mysql", syncInterval: INTERVAL, mysql }));
  await until("every node to be ready", () => Promise.resolve(nodes.count() >= fleet.rows), PATIENCE_S);
  const seconds = (performance.now() - start) / 1000;
  const { cpuSeconds, peakMb, residentMb } = await processUsage(operator.pid);
  // Events and the last counts are written a moment later.
  await pause(2000);
  const requests = total(since(before, await stage.requests()));
  const resources = fleet.rows * RESOURCES;
  return {
    seconds: rounded(seconds),
    perSecond: Math.round(resources / seconds),
    requestsPerResource: rounded(requests / resources),
    cpuMsPerResource: rounded((cpuSeconds - cpuBefore) * 1000 / resources),
    peakMb,
    residentMb,
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

export interface ReactionFigures {
  readonly deletedChild: number;
  readonly editedChild: number;
  readonly changedRow: number;
  readonly insertedRow: number;
  readonly deletedRow: number;
}

/** Seconds from a change until the cluster shows its effect; those of rows include the poll's interval. */
export async function reactions(stage: Stage, fleet: Fleet): Promise<ReactionFigures> {
  const { db } = stage;
  const plan = (uid: string) => planOf(stage, fleet, uid);
  const [first, second] = [uidOf(0), uidOf(1)];
  const gone = configMapOf(fleet, first);
  const uidBefore = (await stage.objects.get(gone))?.metadata.uid;
  return {
    deletedChild: await timed(
      () => stage.objects.remove(gone),
      async () => {
        const uid = (await stage.objects.get(gone))?.metadata.uid;
        return uid !== undefined && uid !== uidBefore;
      },
    ),
    editedChild: await timed(
      () => stage.objects.merge(gone, { data: { plan: "edited" } }),
      async () => await plan(first) === "pro",
    ),
    changedRow: await timed(
      () => db.exec(`UPDATE bench SET plan='gold' WHERE id='${second}'`, db.database),
      async () => await plan(second) === "gold",
    ),
    insertedRow: await timed(
      () => db.exec("INSERT INTO bench VALUES ('zz','pro',1)", db.database),
      async () => await plan("zz") === "pro",
    ),
    deletedRow: await timed(
      () => db.exec("DELETE FROM bench WHERE id='zz'", db.database),
      async () => await stage.objects.get(configMapOf(fleet, "zz")) === undefined,
    ),
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
  const last = configMapOf(fleet, uidOf(fleet.rows - 1), 4);
  const edited = formOf(fleet).replace('n: "4"', 'n: "4, edited"');
  const start = performance.now();
  await stage.objects.apply(edited);
  const all = async () => {
    const data = (await stage.objects.get(last))?.["data"] as Record<string, string> | undefined;
    return data?.["n"] === "4, edited" && nodes.count() >= fleet.rows;
  };
  await until("the form's edit in every node", all, PATIENCE_S);
  const seconds = (performance.now() - start) / 1000;
  await pause(2000);
  const requests = total(since(before, await stage.requests()));
  return { seconds: rounded(seconds), requestsPerNode: rounded(requests / fleet.rows) };
}

/** Deletes the fleet and waits until nothing of it is left. */
export async function removeFleet(stage: Stage, fleet: Fleet): Promise<void> {
  const of = { apiVersion: "operator.lynq.sh/v1", namespace: fleet.namespace };
  await stage.objects.remove({ ...of, kind: "LynqHub", name: "bench" });
  await until(
    "the fleet to be gone",
    async () => (await stage.objects.list({ ...of, kind: "LynqHub" })).length === 0,
    PATIENCE_S,
  );
  await stage.objects.remove({ ...of, kind: "LynqForm", name: "bench" });
}

/** Resources a second of the client that makes only the unavoidable writes. */
export async function idealPerSecond(stage: Stage, nodes: number): Promise<number> {
  const namespace = `ideal-${crypto.randomUUID().slice(0, 8)}`;
  await stage.makeNamespace(namespace);
  const caFile = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(caFile, stage.plane.caPem);
    const script = new URL("./ideal_client.ts", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-net", "--allow-read", "--allow-env", script],
        ...[stage.plane.server, caFile, "admin", namespace, String(nodes)],
      ],
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`the ideal client failed: ${text.decode(stderr).slice(-1000)}`);
    return Number(text.decode(stdout).trim());
  } finally {
    await Deno.remove(caFile);
    await stage.objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace });
  }
}

/** Edits a child and waits until it is repaired. */
export async function repairOnce(stage: Stage, fleet: Fleet, row: number): Promise<void> {
  await stage.objects.merge(configMapOf(fleet, uidOf(row)), { data: { host: "edited" } });
  await until("the repair", async () => {
    const data = await dataOf(stage, fleet, uidOf(row));
    return data?.["host"] === `${uidOf(row)}.example.com`;
  }, PATIENCE_S);
}

async function timed(change: () => Promise<unknown>, seen: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  await change();
  await until("a reaction", seen, PATIENCE_S);
  return rounded((performance.now() - start) / 1000);
}

function configMapOf({ namespace }: Fleet, uid: string, n = 0) {
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name: `${uid}-cm${n}` };
}

async function dataOf(
  stage: Stage,
  fleet: Fleet,
  uid: string,
): Promise<Record<string, string> | undefined> {
  const object = await stage.objects.get(configMapOf(fleet, uid));
  return object?.["data"] as Record<string, string> | undefined;
}

async function planOf(stage: Stage, fleet: Fleet, uid: string): Promise<string | undefined> {
  return (await dataOf(stage, fleet, uid))?.["plan"];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** To two decimals. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
