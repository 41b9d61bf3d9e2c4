import { requireControlPlane } from "../support/control_plane.ts";
import { sampleTest, withoutGuard } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

interface Tenant {
  readonly id: string;
  readonly web: number;
  readonly api: number;
  readonly worker: number;
  readonly storage: string;
  readonly analytics: string;
}

const FREE: Tenant = { id: "free-corp", web: 1, api: 1, worker: 1, storage: "20Gi", analytics: "0" };
const PRO: Tenant = { id: "pro-corp", web: 2, api: 3, worker: 2, storage: "50Gi", analytics: "0" };
const ENTERPRISE: Tenant = {
  id: "enterprise-corp",
  web: 4,
  api: 6,
  worker: 4,
  storage: "100Gi",
  analytics: "1",
};

function data({ id, storage }: Tenant): Record<string, unknown> {
  const volumeClaimTemplates = [{ spec: { resources: { requests: { storage } } } }];
  return {
    [`Namespace node-${id}`]: {},
    [`StatefulSet node-${id}/${id}-postgres`]: { spec: { replicas: 1, volumeClaimTemplates } },
  };
}

function stack(tenant: Tenant): Record<string, unknown> {
  const { id, analytics } = tenant;
  const env = [
    { name: "NODE_ID", value: id },
    { name: "DATABASE_URL" },
    { name: "REDIS_URL" },
    { name: "ENABLE_ANALYTICS", value: analytics },
  ];
  return {
    ...data(tenant),
    [`Service node-${id}/${id}-postgres`]: { spec: { clusterIP: "None" } },
    [`Deployment node-${id}/${id}-redis`]: {},
    [`Service node-${id}/${id}-redis`]: {},
    [`Secret node-${id}/${id}-db-credentials`]: {},
    [`Deployment node-${id}/${id}-api`]: {
      spec: { replicas: tenant.api, template: { spec: { containers: [{ env }] } } },
    },
    [`Service node-${id}/${id}-api`]: {},
    [`Deployment node-${id}/${id}-web`]: { spec: { replicas: tenant.web } },
    [`Service node-${id}/${id}-web`]: {},
    [`Ingress node-${id}/${id}-ingress`]: { spec: { rules: [{ host: `${id}.example.com` }] } },
    [`Deployment node-${id}/${id}-worker`]: { spec: { replicas: tenant.worker } },
  };
}

const NODES = Object.fromEntries(
  [FREE, PRO, ENTERPRISE].flatMap(({ id }) =>
    ["data", "api", "web", "worker"].map((tier) => [`${id}-${tier}-tier`, "Ready"])
  ),
);

const orphans = (tenant: Tenant) =>
  Object.fromEntries(
    Object.keys(data(tenant)).map((name) => [name, { metadata: { labels: { "lynq.sh/orphaned": "true" } } }]),
  );

sampleTest(
  answer,
  { folder: "multi-tier", name: "three tenants have four tiers each, with their own scale" },
  [
    {
      title: "twelve nodes come up, the tiers before the namespace that they wait for",
      does: [
        "schema.sql",
        "form-web.yaml",
        "form-api.yaml",
        "form-worker.yaml",
        "hub.yaml",
        "form-data.yaml",
      ],
      expected: {
        nodes: NODES,
        children: { ...stack(FREE), ...stack(PRO), ...stack(ENTERPRISE) },
        hub: { status: { desired: 12, ready: 12, failed: 0, referencingTemplates: 4 } },
      },
    },
    {
      title: "tiers scale by their columns, and what was created once stays",
      does: ["change.sql"],
      expected: {
        nodes: NODES,
        children: {
          ...stack({ ...FREE, analytics: "1" }),
          ...stack({ ...PRO, web: 5, worker: 1 }),
          ...stack(ENTERPRISE),
        },
      },
    },
    {
      title: "inactive tenants leave their databases, and the namespaces that hold them",
      does: [withoutGuard("multi-tier-nodes"), "teardown.sql"],
      expected: {
        nodes: {},
        children: {},
        kept: { ...orphans(FREE), ...orphans(PRO), ...orphans(ENTERPRISE) },
      },
    },
  ],
);
