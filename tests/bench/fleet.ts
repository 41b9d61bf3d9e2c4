import { stringify } from "yaml";

/** The measured work: one hub, one form of ten resources in two waves, and a row for each node. */
export interface Fleet {
  readonly namespace: string;
  readonly rows: number;
}

/** Resources of one node. */
export const RESOURCES = 10;

export const API = "operator.lynq.sh/v1";

export function configMap(n: number): unknown {
  return {
    id: `cm${n}`,
    nameTemplate: `{{ .uid }}-cm${n}`,
    ...(n === 3 || n === 5 ? { dependIds: [`cm${n - 1}`] } : {}),
    spec: {
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { plan: '{{ .plan | default "basic" }}', host: "{{ .uid }}.example.com", n: String(n) },
    },
  };
}

function secret(n: number): unknown {
  return {
    id: `s${n}`,
    nameTemplate: `{{ .uid }}-s${n}`,
    spec: { apiVersion: "v1", kind: "Secret", stringData: { k: "{{ .uid | sha256sum }}" } },
  };
}

const ports = [{ name: "http", port: 80, targetPort: 8080 }];

/** The form as YAML: six ConfigMaps, two Secrets, a ServiceAccount and a headless Service. */
export function formOf({ namespace }: Fleet): string {
  const service = { selector: { app: "{{ .uid }}" }, clusterIP: "None", ports };
  return stringify({
    apiVersion: API,
    kind: "LynqForm",
    metadata: { name: "bench", namespace },
    spec: {
      hubId: "bench",
      configMaps: [0, 1, 2, 3, 4, 5].map(configMap),
      secrets: [0, 1].map(secret),
      serviceAccounts: [{
        id: "sa",
        nameTemplate: "{{ .uid }}-sa",
        spec: { apiVersion: "v1", kind: "ServiceAccount" },
      }],
      services: [{
        id: "svc",
        nameTemplate: "{{ .uid }}-svc",
        dependIds: ["sa"],
        spec: { apiVersion: "v1", kind: "Service", spec: service },
      }],
    },
  });
}

/** The hub as YAML; `source` is its `spec.source`. */
export function hubOf({ namespace }: Fleet, source: unknown): string {
  return stringify({
    apiVersion: API,
    kind: "LynqHub",
    metadata: { name: "bench", namespace },
    spec: {
      source,
      valueMappings: { uid: "id", activate: "active" },
      extraValueMappings: { plan: "plan" },
    },
  });
}

export function uidOf(row: number): string {
  return `n${String(row).padStart(5, "0")}`;
}

/** The statements that make the table anew with every row of the fleet. */
export function tableOf({ rows }: Fleet, table = "bench"): string[] {
  const inserts: string[] = [];
  for (let from = 0; from < rows; from += 1000) {
    const values = Array.from(
      { length: Math.min(1000, rows - from) },
      (_, n) => `('${uidOf(from + n)}','pro',1)`,
    );
    inserts.push(`INSERT INTO ${table} VALUES ${values.join(",")}`);
  }
  return [
    `DROP TABLE IF EXISTS ${table}`,
    `CREATE TABLE ${table} (id varchar(63) primary key, plan varchar(20), active integer)`,
    ...inserts,
  ];
}
