import type { ConditionView, FormView, HubView, NodeView, ResourceView, StatusPort } from "./state.ts";

/** The moment at which the sample is looked at. */
export const SAMPLE_NOW = new Date("2026-03-01T12:00:00Z");

const ago = (seconds: number) => new Date(SAMPLE_NOW.getTime() - seconds * 1000).toISOString();

function condition(type: string, status: ConditionView["status"], told: [string, string]): ConditionView {
  return { type, status, reason: told[0], message: told[1], since: ago(190) };
}

/** A resource that is ready, unless told. */
export function sampleResource(id: string, over: Partial<ResourceView> = {}): ResourceView {
  return {
    id,
    kind: "Deployment",
    namespace: "tenants",
    name: `acme-${id}`,
    state: "Ready",
    reason: "Ready",
    message: "",
    ...over,
  };
}

/** A node that is ready with three resources, unless told. */
export function sampleNode(name: string, over: Partial<NodeView> = {}): NodeView {
  const resources = over.resources ?? [
    sampleResource("config", { kind: "ConfigMap" }),
    sampleResource("web"),
    sampleResource("svc", { kind: "Service" }),
  ];
  const count = (state: ResourceView["state"]) => resources.filter((each) => each.state === state).length;
  return {
    namespace: "tenants",
    name,
    hub: "crm",
    form: "web-stack",
    state: "Ready",
    reason: "Reconciled",
    message: "",
    desired: resources.length,
    ready: count("Ready"),
    failed: count("Failed"),
    conflicted: count("Conflicted"),
    skipped: count("Skipped"),
    createdAt: ago(86_400 * 3),
    conditions: [condition("Ready", "True", ["Reconciled", "All resources are ready"])],
    ...over,
    resources,
  };
}

const HUBS: readonly HubView[] = [
  {
    namespace: "tenants",
    name: "crm",
    source: "mysql",
    interval: "30s",
    desired: 12,
    ready: 8,
    failed: 2,
    quarantined: 1,
    lastSync: ago(12),
    state: "Failed",
    reason: "NodesFailed",
    message: "2 of 12 nodes failed",
    conditions: [condition("Ready", "False", ["NodesFailed", "2 of 12 nodes failed"])],
  },
  {
    namespace: "billing",
    name: "ledger",
    source: "postgres",
    interval: "1m",
    desired: 4,
    ready: 4,
    failed: 0,
    quarantined: 0,
    lastSync: ago(41),
    state: "Ready",
    reason: "Synced",
    message: "",
    conditions: [condition("Ready", "True", ["Synced", "4 of 4 nodes are ready"])],
  },
];

const FORMS: readonly FormView[] = [
  {
    namespace: "tenants",
    name: "web-stack",
    hub: "crm",
    resources: 5,
    totalNodes: 12,
    readyNodes: 8,
    state: "Ready",
    reason: "Valid",
    message: "",
    conditions: [condition("Valid", "True", ["Valid", "The form is valid"])],
  },
  {
    namespace: "billing",
    name: "report-job",
    hub: "ledger",
    resources: 1,
    totalNodes: 4,
    readyNodes: 4,
    state: "Failed",
    reason: "DependencyCycle",
    message: "a -> b -> a: remove one of the dependIds; nodes stay at revision report-job-5d9c",
    conditions: [condition("Valid", "False", ["DependencyCycle", "a -> b -> a"])],
  },
];

const WAITING: readonly ResourceView[] = [
  sampleResource("rds-instance", {
    kind: "RDSInstance",
    state: "Progressing",
    reason: "Progressing",
    message: "creating",
  }),
  sampleResource("schema-job", {
    kind: "Job",
    state: "Waiting",
    reason: "Waiting",
    message: "Waiting for rds-instance to become ready",
  }),
  sampleResource("web", {
    state: "Waiting",
    reason: "Waiting",
    message: "Waiting for schema-job to become ready",
  }),
  sampleResource("svc", { kind: "Service" }),
];

const NODES: readonly NodeView[] = [
  sampleNode("globex-web-stack", {
    state: "Failed",
    reason: "ResourceFailures",
    message:
      'Failed to apply resource web: Deployment.apps "globex-web" is invalid: spec.replicas: Invalid value: -1: must be 0 or more',
    createdAt: ago(610),
    resources: [
      sampleResource("config", { kind: "ConfigMap", name: "globex-config" }),
      sampleResource("web", {
        name: "globex-web",
        state: "Failed",
        reason: "Invalid",
        message: "spec.replicas: Invalid value: -1: must be 0 or more",
      }),
      sampleResource("svc", {
        kind: "Service",
        name: "globex",
        state: "Skipped",
        reason: "DependencyFailed",
        message: "Skipped because dependency web failed",
      }),
    ],
    conditions: [
      condition("Ready", "False", ["ResourceFailures", "1 of 3 resources failed"]),
      condition("Degraded", "True", ["ResourceFailures", "web failed"]),
    ],
  }),
  sampleNode("initech-web-stack", {
    state: "Conflicted",
    reason: "ResourceConflicts",
    message: "Resource conflict detected for tenants/initech (Kind: Service, Policy: Stuck)",
    createdAt: ago(86_400),
    resources: [
      sampleResource("config", { kind: "ConfigMap" }),
      sampleResource("web"),
      sampleResource("svc", {
        kind: "Service",
        name: "initech",
        state: "Conflicted",
        reason: "FieldConflict",
        message: "spec.ports is managed by helm",
      }),
    ],
  }),
  sampleNode("umbrella-web-stack", {
    state: "Progressing",
    reason: "ResourcesNotReady",
    message: "Waiting for rds-instance to become ready",
    createdAt: ago(75),
    resources: WAITING,
  }),
  sampleNode("soylent-web-stack", {
    state: "Deleting",
    reason: "Deleting",
    message: "Waiting for 2 resources to go",
    createdAt: ago(86_400 * 9),
  }),
  ...["acme", "hooli", "stark", "wayne", "tyrell", "cyberdyne", "aperture", "wonka"].map((name) =>
    sampleNode(`${name}-web-stack`)
  ),
  ...["eu", "us", "ap", "sa"].map((name) =>
    sampleNode(`${name}-report-job`, {
      namespace: "billing",
      hub: "ledger",
      form: "report-job",
      resources: [
        sampleResource("report", { kind: "CronJob", namespace: "billing", name: `${name}-report` }),
      ],
    })
  ),
];

/** A small company's cluster, for tests and for looking at the page. */
export function sampleStatus(nodes: readonly NodeView[] = NODES): StatusPort {
  return {
    hubs: () => HUBS,
    forms: () => FORMS,
    nodes: () => nodes,
    node: (namespace, name) => nodes.find((node) => node.namespace === namespace && node.name === name),
  };
}
