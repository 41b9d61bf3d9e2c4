import type { HubLab } from "./hub_world.ts";

/** The hub `tenants` of the lab's table, read so often; lines of its spec may follow. */
export function tenantsHub(syncInterval: string): string {
  return `apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: tenants, namespace: default}
spec:
  source: {type: sqlite, syncInterval: ${syncInterval}, sqlite: {path: /data/a.db, table: rows}}
  valueMappings: {uid: id, activate: active}
`;
}

/** The form `web` of that hub: one ConfigMap, named as the row. */
export const WEB_FORM = `apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap}}
`;

/** Reports a node Ready as it is now, as the node controller would. */
export async function becomesReady(lab: HubLab, name: string): Promise<void> {
  const node = (await lab.nodes()).find((each) => each.name === name);
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  const ready = { type: "Ready", status: "True", reason: "Reconciled", message: "", lastTransitionTime };
  const status = { observedGeneration: node?.generation, conditions: [ready] };
  const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name };
  await lab.objects.merge(which, { status }, "status");
}
