import { parse } from "yaml";
import type { KubeObject } from "../../src/kube/object.ts";
import { definition } from "../contract/api_server_widget.ts";
import type { FormerChild, FormerNode } from "./former_cluster.ts";

/** The group of the custom resource that the tenant has. */
export const WIDGETS = "former.example.com";

export const widgetKind = definition(WIDGETS) as KubeObject;

/**
 * The form of the moved tenant: a resource of each strategy, policy and place. With `reduced`, one label, annotation,
 * data key and environment variable of each strategy have left it.
 */
export function tenantForm(namespace: string, reduced = false): string {
  const more = (text: string) => reduced ? "" : text;
  return `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: tenants
${configMaps(namespace, more)}  secrets:
  - id: creds
    nameTemplate: "{{ .uid }}-creds"
    spec: {apiVersion: v1, kind: Secret, stringData: {user: "{{ .uid }}"${more(", left: over")}}}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    dependIds: [config]
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: 1
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec:
            containers:
            - name: app
              image: "nginx:1"
              env: [{name: PLAN, value: "{{ .plan }}"}${more(", {name: LEFT, value: over}")}]
  jobs:
  - id: init
    nameTemplate: "{{ .uid }}-init"
    creationPolicy: Once
    spec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: init, image: "busybox:1"}]}}}
  namespaces:
  - id: space
    nameTemplate: "{{ .uid }}-${namespace}"
    spec: {apiVersion: v1, kind: Namespace}
  manifests:
  - id: widget
    nameTemplate: "{{ .uid }}-widget"
    spec: {apiVersion: ${WIDGETS}/v1, kind: Widget, spec: {id: "{{ .uid | trunc 5 }}", replicas: 2${
    more(", mode: b")
  }}}
`;
}

function configMaps(namespace: string, more: (text: string) => string): string {
  return `  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-config"
    labelsTemplate: {tier: "{{ .plan }}"${more(", wave: first")}}
    annotationsTemplate: {team: shop${more(", note: old")}}
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"${more(", left: over")}}}
  - id: remote
    nameTemplate: "{{ .uid }}-remote"
    targetNamespace: "{{ .uid }}-${namespace}"
    dependIds: [space]
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"${more(", left: over")}}}
  - id: kept
    nameTemplate: "{{ .uid }}-kept"
    deletionPolicy: Retain
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  - id: merged
    nameTemplate: "{{ .uid }}-merged"
    patchStrategy: merge
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  - id: replaced
    nameTemplate: "{{ .uid }}-replaced"
    patchStrategy: replace
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"${more(", left: over")}}}
`;
}

/** The LynqNode `acme-web` and its children as the Go implementation wrote them for that form. */
export function formerTenant(namespace: string): FormerNode {
  const form = parse(tenantForm(namespace)) as { spec: Record<string, Record<string, unknown>[]> };
  const { hubId: _, ...arrays } = form.spec;
  const space = `acme-${namespace}`;
  const templated = `{{ .uid }}-${namespace}`;
  return {
    namespace,
    hub: "tenants",
    form: "web",
    uid: "acme",
    extra: { plan: "pro" },
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, resources]) => [name, resources.map(hubStage)]),
    ),
    appliedResources: [
      `ConfigMap/${namespace}/acme-config@config`,
      `ConfigMap/${templated}/acme-remote@remote`,
      `ConfigMap/${namespace}/acme-kept@kept`,
      `ConfigMap/${namespace}/acme-merged@merged`,
      `ConfigMap/${namespace}/acme-replaced@replaced`,
      `Secret/${namespace}/acme-creds@creds`,
      `Deployment/${namespace}/acme-app@app`,
      `Job/${namespace}/acme-init@init`,
      `Namespace/${namespace}/${space}@space`,
      `Widget/${namespace}/acme-widget@widget`,
      // Left the form while no operator ran: one to delete, one to retain, one in another namespace.
      `ConfigMap/${namespace}/acme-gone@gone`,
      `Widget/${namespace}/acme-spare@spare`,
      `ConfigMap/${templated}/acme-far@far`,
      `ConfigMap/${namespace}/acme-left@left`,
      // Somebody else's all along: its apply had failed.
      `ConfigMap/${namespace}/foreign@foreign`,
    ],
    children: children(namespace, space),
  };
}

/** What the hub stage renders: names, labels and annotations. */
function hubStage(resource: Record<string, unknown>): Record<string, unknown> {
  const text = (value: unknown) =>
    String(value).replaceAll("{{ .uid }}", "acme").replaceAll("{{ .plan }}", "pro");
  const texts = (values: unknown) =>
    Object.fromEntries(Object.entries(values as object).map(([key, value]) => [key, text(value)]));
  return {
    ...resource,
    nameTemplate: text(resource["nameTemplate"]),
    ...("labelsTemplate" in resource ? { labelsTemplate: texts(resource["labelsTemplate"]) } : {}),
    ...("annotationsTemplate" in resource
      ? { annotationsTemplate: texts(resource["annotationsTemplate"]) }
      : {}),
  };
}

const PLAN = { plan: "pro" };

function children(namespace: string, space: string): FormerChild[] {
  const map = (name: string, data: Record<string, string>, at = namespace): KubeObject => {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: at }, data };
  };
  const config = map("acme-config", { ...PLAN, left: "over" });
  const widget = (name: string, spec: object): KubeObject => {
    return { apiVersion: `${WIDGETS}/v1`, kind: "Widget", metadata: { name, namespace }, spec };
  };
  const metadata = {
    ...config.metadata,
    labels: { tier: "pro", wave: "first" },
    annotations: { team: "shop", note: "old" },
  };
  return [
    { object: { apiVersion: "v1", kind: "Namespace", metadata: { name: space } } },
    { object: { ...config, metadata } },
    { object: map("acme-remote", { ...PLAN, left: "over" }, space) },
    { object: map("acme-kept", PLAN), retain: true },
    { object: map("acme-merged", PLAN), strategy: "merge" },
    { object: map("acme-replaced", { ...PLAN, left: "over" }), strategy: "replace" },
    { object: secret(namespace) },
    { object: deployment(namespace) },
    { object: job(namespace), once: true },
    { object: widget("acme-widget", { id: "acme", replicas: 2, mode: "b" }) },
    { object: map("acme-gone", PLAN) },
    { object: widget("acme-spare", { id: "spare" }) },
    { object: map("acme-far", PLAN, space) },
    { object: map("acme-left", PLAN), retain: true },
  ];
}

function secret(namespace: string): KubeObject {
  const metadata = { name: "acme-creds", namespace };
  return { apiVersion: "v1", kind: "Secret", metadata, stringData: { user: "acme", left: "over" } };
}

function deployment(namespace: string): KubeObject {
  const env = [{ name: "PLAN", value: "pro" }, { name: "LEFT", value: "over" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "acme-app", namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "acme" } },
      template: {
        metadata: { labels: { app: "acme" } },
        spec: { containers: [{ name: "app", image: "nginx:1", env }] },
      },
    },
  };
}

function job(namespace: string): KubeObject {
  const spec = { restartPolicy: "Never", containers: [{ name: "init", image: "busybox:1" }] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "acme-init", namespace },
    spec: { template: { spec } },
  };
}
