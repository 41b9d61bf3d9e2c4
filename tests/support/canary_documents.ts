import type { KubeObject } from "../../src/kube/object.ts";
import { canary } from "./canary.ts";
import type { OperatorLab } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";

export const TYPES = ["mysql", "postgres", "sqlite"] as const;
export type Type = typeof TYPES[number];

/** What nobody may read but in the Secrets (and the fields of a form that shows it) that are meant to have it. */
export const SECRET = {
  value: (type: Type) => canary(`value${type}`),
  next: canary("next"),
  blob: canary("blob"),
  twin: canary("twin"),
  password: canary("password"),
  wrong: canary("wrong"),
};
export const CANARIES = [
  ...TYPES.map(SECRET.value),
  ...[SECRET.next, SECRET.blob, SECRET.twin, SECRET.password, SECRET.wrong],
];

const COLUMNS = "(id VARCHAR(20), pin VARCHAR(60), active VARCHAR(10))";

export function rowsOf(type: Type): string {
  const pin = SECRET.value(type);
  return `CREATE TABLE tenants ${COLUMNS};
    INSERT INTO tenants VALUES ('${type}-a', '${pin}', '1'), ('${type}-b', '${pin}', '1'),
      ('${type}-twin', '${pin}', '1'), ('${type}-twin', '${SECRET.twin}', '1'), ('${type}-odd', '${pin}', 'perhaps')`;
}

export function hubOf(lab: OperatorLab, type: Type, source: string): string {
  return `
---
apiVersion: ${API}
kind: LynqHub
metadata: {name: ${type}, namespace: ${lab.namespace}}
spec:
  source: {type: ${type}, syncInterval: 1s, ${type}: ${source}}
  valueMappings: {uid: id, activate: active}
  extraValueMappings: {pin: pin}
  sensitive: [pin]
`;
}

/** What is rendered, what fails to render, and what the API server refuses in words that quote it. */
const SPECS = {
  fine: `{apiVersion: v1, kind: Secret, stringData: {pin: "{{ .pin }}", more: "{{ .pin | upper }}"}}`,
  open: `{apiVersion: v1, kind: ConfigMap, data: {pin: "{{ .pin }}"}}`,
  fail: `{apiVersion: v1, kind: ConfigMap, data: {pin: "{{ fail .pin }}"}}`,
  date: `{apiVersion: v1, kind: ConfigMap, data: {pin: '{{ mustToDate "2006-01-02" .pin }}'}}`,
  secretfail: `{apiVersion: v1, kind: Secret, stringData: {pin: '{{ fail (printf "%s" .pin) }}'}}`,
  kind: `{apiVersion: v1, kind: Service, spec: {type: "{{ .pin }}", ports: [{port: 80}]}}`,
  typed: `{apiVersion: apps/v1, kind: Deployment, spec: {replicas: "{{ .pin }}", selector: {}}}`,
  base: `{apiVersion: v1, kind: Secret, type: kubernetes.io/dockerconfigjson, ` +
    `stringData: {".dockerconfigjson": "{{ .pin }}"}}`,
  taken: `{apiVersion: v1, kind: Pod, spec: {containers: [{name: "{{ .pin }}", image: nginx}]}}`,
};

export function formOf(lab: OperatorLab, type: Type): string {
  const entries = Object.entries(SPECS).map(([id, spec]) =>
    `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", waitForReady: false, spec: ${spec}}\n`
  );
  return `
---
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${type}-app, namespace: ${lab.namespace}}
spec:
  hubId: ${type}
  manifests:
${entries.join("")}`;
}

/** A Pod that somebody else has, whose container has the value for its name: conflicts name fields by it. */
export function takenPod(lab: OperatorLab, type: Type): string {
  return `
---
apiVersion: v1
kind: Pod
metadata: {name: ${type}-a-taken, namespace: ${lab.namespace}}
spec: {containers: [{name: ${SECRET.value(type)}, image: httpd}]}
`;
}

/** Without what is meant to hold the values: the data of Secrets, and the body of what a form shows them in. */
export function shown(object: KubeObject): string {
  const { data: _, ...rest } = object;
  if (object.kind === "Secret") return JSON.stringify(rest);
  const name = object.metadata.name ?? "";
  if (object.kind === "ConfigMap" && name.endsWith("-open")) return JSON.stringify(rest);
  if (object.kind !== "Pod" || !name.endsWith("-taken")) return JSON.stringify(object);
  const { managedFields: _fields, ...metadata } = object.metadata;
  return JSON.stringify(metadata);
}

/** Kubernetes' own controllers tell of what they are given. */
export function isForeign({ kind, ...event }: KubeObject): boolean {
  return kind === "Event" && !JSON.stringify(event).includes("lynq");
}
