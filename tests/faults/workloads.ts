import type { ClusterObjects } from "../support/cluster_objects.ts";
import type { SqliteFile } from "../support/databases.ts";

/** Where a workload runs. */
export interface WorkPlace {
  readonly objects: ClusterObjects;
  readonly namespace: string;
  readonly file: SqliteFile;
}

export type WorkloadName = "create" | "update" | "rename" | "delete" | "repair" | "form";

/** Something that happens to a fleet, whose end is known from a run without faults. */
export interface Workload {
  /** Whether the fleet is there before; `create` makes it. */
  readonly from: "nothing" | "fleet";
  readonly act: (at: WorkPlace) => Promise<void>;
  /** ConfigMaps that tell that it is over, by name: what they hold, or `undefined` for those that are gone. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
}

const API = "operator.lynq.sh/v1";

export const ROWS_SQL = `CREATE TABLE tenants (id TEXT, plan TEXT, active TEXT);
INSERT INTO tenants VALUES ('acme', 'basic', '1'), ('beta', 'basic', '1')`;

export function hubYaml({ namespace, file }: WorkPlace): string {
  return `
apiVersion: ${API}
kind: LynqHub
metadata: {name: rows, namespace: ${namespace}}
spec:
  source: {type: sqlite, syncInterval: 1s, sqlite: {path: ${JSON.stringify(file.path)}, table: tenants}}
  valueMappings: {uid: id, activate: active}
  extraValueMappings: {plan: plan}
`;
}

/** Four resources a row: one that another depends on, one that stays when its node goes, one with text beyond ASCII. */
function formYaml(namespace: string, with_: { text: string; last: string }): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: rows
  configMaps:
  - id: base
    nameTemplate: "{{ .uid }}-base"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", text: "${with_.text}"}}
  - id: ${with_.last}
    nameTemplate: "{{ .uid }}-${with_.last}"
    dependIds: [base]
    spec: {apiVersion: v1, kind: ConfigMap, data: {text: "añejo – 東京 🚀"}}
  - id: kept
    nameTemplate: "{{ .uid }}-kept"
    deletionPolicy: Retain
    spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}
  secrets:
  - id: key
    nameTemplate: "{{ .uid }}-key"
    spec: {apiVersion: v1, kind: Secret, stringData: {plan: "{{ .plan }}"}}
`;
}

const form = ({ objects, namespace }: WorkPlace, with_: { text: string; last: string }) =>
  objects.apply(formYaml(namespace, with_));

const FIRST = { text: "first", last: "app" };

export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  create: {
    from: "nothing",
    act: async (at) => {
      await form(at, FIRST);
      await at.objects.apply(hubYaml(at));
    },
    ends: { "acme-app": {}, "beta-app": {} },
  },
  update: {
    from: "fleet",
    act: (at) => {
      at.file.exec("UPDATE tenants SET plan = 'gold'");
      return Promise.resolve();
    },
    ends: { "acme-base": { plan: "gold" }, "beta-base": { plan: "gold" } },
  },
  form: {
    from: "fleet",
    act: (at) => form(at, { text: "second", last: "app" }),
    ends: { "acme-base": { text: "second" }, "beta-base": { text: "second" } },
  },
  rename: {
    from: "fleet",
    act: (at) => form(at, { text: "first", last: "site" }),
    ends: { "acme-site": {}, "beta-site": {}, "acme-app": undefined, "beta-app": undefined },
  },
  delete: {
    from: "fleet",
    act: (at) => {
      at.file.exec("DELETE FROM tenants WHERE id = 'beta'");
      return Promise.resolve();
    },
    ends: { "beta-base": undefined, "beta-app": undefined, "beta-kept": { a: "b" } },
  },
  repair: {
    from: "fleet",
    act: async ({ objects, namespace }) => {
      const base = { apiVersion: "v1", kind: "ConfigMap", namespace };
      await objects.remove({ ...base, name: "acme-base" });
      await objects.merge({ ...base, name: "beta-base" }, { data: { plan: "edited" } });
    },
    ends: { "acme-base": { plan: "basic" }, "beta-base": { plan: "basic" } },
  },
};
