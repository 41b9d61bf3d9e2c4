import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../src/kube/object.ts";

/** Where a fleet lives: its own namespace, a second one beside it, and a word that makes its rows' uids its own. */
export interface FleetPlace {
  readonly namespace: string;
  readonly beside: string;
  readonly word: string;
  /** The SQLite file with its rows. */
  readonly path: string;
}

/** A hub and its forms as users write them. */
export interface FleetSpecs {
  readonly hub: KubeObject;
  readonly forms: readonly KubeObject[];
}

/** Columns of the rows' table. */
export const COLUMNS = ["id", "plan", "replicas", "active", "held", "note"] as const;

/** Replaces all rows by those of the seed: two that are active, one that is not. */
export function seedRows(word: string): string {
  return `DELETE FROM tenants;
INSERT INTO tenants VALUES ('a${word}', 'pro', 1, '1', '', 'añejo – 東京'), ('b${word}', 'basic', 2, '1', '', '{{ .uid }}'),
  ('c${word}', 'basic', 1, '0', '', '')`;
}

export function seedTables(word: string): string {
  return `CREATE TABLE tenants (id TEXT, plan TEXT, replicas INT, active TEXT, held TEXT, note TEXT);
CREATE TABLE empty_tenants (id TEXT, plan TEXT, replicas INT, active TEXT, held TEXT, note TEXT);
CREATE VIEW tenants_view AS SELECT * FROM tenants;
${seedRows(word)}`;
}

/** Small, and with a bit of everything: many kinds, dependencies, both policies of each, a rollout that goes one by one. */
export function seedFleet({ namespace, path }: FleetPlace): FleetSpecs {
  const text = SEED.replaceAll("NAMESPACE", namespace).replaceAll("PATH", path);
  const [hub, ...forms] = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  if (hub === undefined) throw new Error("the seed has no hub");
  return { hub, forms };
}

const SEED = `
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: rows, namespace: NAMESPACE}
spec:
  source: {type: sqlite, syncInterval: 1s, sqlite: {path: PATH, table: tenants}}
  valueMappings: {uid: id, activate: active, pause: held}
  extraValueMappings: {plan: plan, replicas: replicas, note: note}
---
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: NAMESPACE}
spec:
  hubId: rows
  serviceAccounts:
  - id: account
    nameTemplate: "{{ .uid }}-account"
    spec: {apiVersion: v1, kind: ServiceAccount}
  configMaps:
  - id: base
    nameTemplate: "{{ .uid }}-base"
    labelsTemplate: {plan: "{{ .plan }}"}
    annotationsTemplate: {example.com/note: "{{ .note }}"}
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", note: "{{ .note }}", fixed: text}}
  secrets:
  - id: key
    nameTemplate: "{{ .uid }}-key"
    spec: {apiVersion: v1, kind: Secret, stringData: {plan: "{{ .plan | upper }}"}}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    dependIds: [account, base, key]
    recreateOnImmutable: true
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: "{{ .replicas | int }}"
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec:
            containers:
            - {name: app, image: "app:1", env: [{name: PLAN, value: "{{ .plan }}"}], ports: [{containerPort: 8080}]}
  services:
  - id: service
    nameTemplate: "{{ .uid }}-service"
    dependIds: [app]
    spec: {apiVersion: v1, kind: Service, spec: {selector: {app: "{{ .uid }}"}, ports: [{port: 80, targetPort: 8080}]}}
  jobs:
  - id: setup
    nameTemplate: "{{ .uid }}-setup"
    dependIds: [base]
    creationPolicy: Once
    recreateOnImmutable: true
    spec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: setup, image: "setup:1"}]}}
---
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: extra, namespace: NAMESPACE}
spec:
  hubId: rows
  rollout: {maxSkew: 1}
  configMaps:
  - id: settings
    nameTemplate: "{{ .uid }}-settings"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  - id: kept
    nameTemplate: "{{ .uid }}-kept"
    deletionPolicy: Retain
    dependIds: [settings]
    spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}
  networkPolicies:
  - id: walls
    nameTemplate: "{{ .uid }}-walls"
    spec: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {}, policyTypes: [Ingress]}}
  cronJobs:
  - id: nightly
    nameTemplate: "{{ .uid }}-nightly"
    dependIds: [settings]
    skipOnDependencyFailure: false
    includeWhen: "{{ eq .plan \\"pro\\" }}"
    spec:
      apiVersion: batch/v1
      kind: CronJob
      spec:
        schedule: "0 3 * * *"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}}
`;
