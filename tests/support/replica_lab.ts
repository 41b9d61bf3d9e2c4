import { until } from "./cluster_objects.ts";
import { freePort } from "./databases_process.ts";
import { podKubeconfig, shippedRole } from "./installed_account.ts";
import { type AuditedRequest, isMade, type OperatorAudit, podOf } from "./operator_audit.ts";
import type { OperatorLab } from "./operator_lab.ts";
import { type OperatorProcess, startOperatorProcess } from "./operator_process.ts";

/** Pods of replicas, by which the API server's audit tells who asked for what. */
export type Replica = "operator" | "operator-2" | "operator-3";

/** Times of leases that a test can wait for, and that a machine which stands still for a few seconds does not use up. */
export const SHORT_LEASES = [
  "--leader-elect-lease-duration=8s",
  "--leader-elect-renew-deadline=6s",
  "--leader-elect-retry-period=200ms",
] as const;

/** Starts one more replica, with the shipped account as the Pod of this name has it. */
export async function startReplica(
  lab: OperatorLab,
  pod: Replica,
  of: { flags: readonly string[]; startedBy?: string },
): Promise<OperatorProcess> {
  const { db, plane, objects } = lab;
  const replica = await startOperatorProcess({
    kubeconfig: await podKubeconfig({ plane, objects, pod }),
    sourceHosts: [`${db.host}:${db.port}`],
    ...of,
    // The last one counts: one whose metrics are read elects a leader, too.
    flags: [...of.flags, ...await shippedRole()],
  });
  lab.replicas.push(replica);
  return replica;
}

/** The pages that a replica serves: its flags, and what a path of each answers. */
export function replicaPages() {
  const [health, dashboard] = [freePort(), freePort()];
  const read = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  return {
    flags: [
      `--health-probe-bind-address=127.0.0.1:${health}`,
      `--dashboard-bind-address=127.0.0.1:${dashboard}`,
    ],
    readyz: () => read(health, "/readyz"),
    overview: () => read(dashboard, "/"),
  };
}

/** Writes of the replicas that changed something, but for those to Leases. */
export async function madeWrites(audit: OperatorAudit): Promise<AuditedRequest[]> {
  return (await audit.requests()).filter((one) => isMade(one) && one.objectRef?.resource !== "leases");
}

/** The replicas that made these writes, each once. */
export function writers(writes: readonly AuditedRequest[]): string[] {
  return [...new Set(writes.map(podOf))].toSorted();
}

/** Objects that were created more than once. */
export function madeTwice(writes: readonly AuditedRequest[]): string[] {
  const created = writes.filter(({ responseStatus }) => responseStatus?.code === 201)
    .map(({ objectRef }) => `${objectRef?.resource}/${objectRef?.namespace}/${objectRef?.name}`);
  return created.filter((object, index) => created.indexOf(object) !== index);
}

/** Waits until so many LynqNodes of the lab are ready. */
export async function readyNodes(lab: OperatorLab, count: number): Promise<void> {
  const of = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: lab.namespace };
  await until(`${count} LynqNodes to be ready`, async () => {
    const nodes = await lab.objects.list(of);
    const ready = nodes.filter((node) => {
      const { conditions = [] } = (node["status"] ?? {}) as {
        conditions?: { type: string; status: string }[];
      };
      return conditions.some(({ type, status }) => type === "Ready" && status === "True");
    });
    return ready.length === count && nodes.length === count;
  }, 240);
}
