import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "./cluster_objects.ts";
import type { OperatorLab } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";

export interface HubOptions {
  readonly name: string;
  readonly table?: string;
  readonly uid?: string;
  readonly secret?: string;
  /** Whether many deletions at once wait for approval. */
  readonly guard?: boolean;
}

export function hub(
  lab: OperatorLab,
  { name, table = "tenants", uid = "id", secret = "db", guard = true }: HubOptions,
): string {
  const { db, namespace } = lab;
  return `
apiVersion: ${API}
kind: LynqHub
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  source:
    type: mysql
    syncInterval: 1s
    mysql: {host: ${db.host}, port: ${db.port}, username: ${db.username}, database: ${db.database}, table: ${table},
      passwordRef: {name: ${secret}, key: password}}
  valueMappings: {uid: ${uid}, activate: active}
  deletionGuard: {enabled: ${guard}}
  extraValueMappings: {plan: plan}
`;
}

export function form(lab: OperatorLab, name: string, resources: string): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${name}, namespace: ${lab.namespace}}
spec:
  hubId: tenants
${resources}
`;
}

export const CONFIG = `
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-config", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`;

export interface Told {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Waits for a condition of this status, and for an event of this reason on the same object. */
export async function told(
  lab: OperatorLab,
  of: { kind: string; name: string; type: string; status: string; event: string; says: RegExp },
): Promise<Told> {
  const { objects, namespace } = lab;
  const condition = await until(`${of.kind} ${of.name} to say ${of.says}`, async () => {
    const object = await objects.get({ apiVersion: API, kind: of.kind, namespace, name: of.name });
    const status = object?.["status"] as { conditions?: (Told & { type: string })[] } | undefined;
    return status?.conditions?.find((c) =>
      c.type === of.type && c.status === of.status && of.says.test(c.message)
    );
  });
  await until(`event ${of.event} on ${of.name}`, async () => {
    const events = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
    return events.some((e) =>
      e["reason"] === of.event && (e["involvedObject"] as { name: string }).name === of.name
    );
  });
  return condition;
}

export async function nodeReady(lab: OperatorLab, name: string): Promise<KubeObject> {
  return await until(`${name} to be Ready`, async () => {
    const node = await lab.objects.get({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name });
    return JSON.stringify(node?.["status"] ?? "").includes('"reason":"Reconciled"') ? node : undefined;
  });
}
