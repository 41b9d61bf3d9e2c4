import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type SampleLab, sampleTest, withoutGuard } from "../support/sample_lab.ts";

const answer = await requireControlPlane();
const RDS = { apiVersion: "database.aws.crossplane.io/v1beta1", kind: "RDSInstance" };

/** Crossplane's part: the instance's conditions, and the connection Secret once it is there. */
function crossplane(node: string, ready: boolean): (lab: SampleLab) => Promise<void> {
  return async ({ objects }) => {
    const which = { ...RDS, name: `${node}-postgres` };
    const found = await until(`${which.name} to be there`, () => objects.get(which));
    const { writeConnectionSecretToRef: at } = found["spec"] as {
      writeConnectionSecretToRef: { name: string; namespace: string };
    };
    if (ready) {
      await objects.apply(`
apiVersion: v1
kind: Secret
metadata: {name: ${at.name}, namespace: ${at.namespace}}
type: connection.crossplane.io/v1alpha1
stringData: {endpoint: ${node}.rds.test, port: "5432", username: ${node}, password: made-by-crossplane}
`);
    }
    const condition = ready
      ? { type: "Ready", status: "True", reason: "Available" }
      : { type: "Ready", status: "False", reason: "Creating" };
    const lastTransitionTime = new Date().toISOString();
    const conditions = [
      { type: "Synced", status: "True", reason: "ReconcileSuccess", lastTransitionTime },
      { ...condition, lastTransitionTime },
    ];
    await objects.merge(which, { status: { conditions } }, "status");
  };
}

const identities = new Map<string, unknown>();

/** Notes what must not change of an instance, and holds it against what was noted before. */
function sameDatabase(node: string): (lab: SampleLab) => Promise<void> {
  return async ({ objects }) => {
    const found = await objects.get({ ...RDS, name: `${node}-postgres` });
    const identity = { uid: found?.metadata.uid, spec: found?.["spec"] };
    assert.deepEqual(identity, identities.get(node) ?? identity);
    identities.set(node, identity);
  };
}

async function notOrphaned({ objects }: SampleLab): Promise<void> {
  await until("the orphan markers to be gone", async () => {
    const found = await objects.get({ ...RDS, name: "acme-corp-postgres" });
    const keys = Object.keys({ ...found?.metadata.labels, ...found?.metadata.annotations });
    return !keys.some((key) => key.startsWith("lynq.sh/orphaned"));
  });
}

const ACME_DATABASE = {
  "RDSInstance acme-corp-postgres": {
    metadata: { labels: { "node-id": "acme-corp" } },
    spec: {
      forProvider: {
        dbInstanceClass: "db.t3.small",
        allocatedStorage: 50,
        multiAZ: false,
        tags: [{ key: "node-id" }, { key: "plan-type", value: "pro" }],
      },
      writeConnectionSecretToRef: { name: "acme-corp-db-conn", namespace: "node-acme-corp" },
    },
  },
};

const GLOBEX = {
  "Namespace node-globex-corp": { metadata: { labels: { "node-id": "globex-corp" } } },
  "RDSInstance globex-corp-postgres": {
    spec: { forProvider: { dbInstanceClass: "db.t3.micro", multiAZ: true } },
  },
};

function application(cpu: string): Record<string, unknown> {
  const secretKeyRef = { name: "acme-corp-db-conn", key: "endpoint" };
  const env = [{ name: "NODE_ID" }, { name: "DATABASE_HOST", valueFrom: { secretKeyRef } }];
  const containers = [{ env, resources: { requests: { cpu } } }];
  return {
    "Namespace node-acme-corp": { metadata: { labels: { "node-id": "acme-corp" } } },
    "Deployment node-acme-corp/acme-corp-app": { spec: { template: { spec: { containers } } } },
  };
}

const ACME = "acme-corp-database-provisioning";
const WAITING = "Waiting for rds-instance to become ready";
const ORPHAN = { metadata: { labels: { "lynq.sh/orphaned": "true" } } };

sampleTest(answer, {
  folder: "database-per-node",
  name: "an application waits for its database, which outlives it",
  kinds: [{ group: "database.aws.crossplane.io", plurals: ["rdsinstances"] }],
}, [
  {
    title: "the application waits for a database that nobody has said a word about",
    does: ["rdsinstance-crd.yaml", "schema.sql", "form.yaml", "hub.yaml"],
    expected: {
      nodes: { [ACME]: WAITING },
      children: { ...ACME_DATABASE, "Namespace node-acme-corp": {} },
    },
  },
  {
    title: "the database is ready, the application comes and reads the connection Secret",
    does: [crossplane("acme-corp", false), sameDatabase("acme-corp"), crossplane("acme-corp", true)],
    expected: { nodes: { [ACME]: "Ready" }, children: { ...ACME_DATABASE, ...application("500m") } },
  },
  {
    title: "a larger plan changes the application only; one who waits for a database holds up nobody",
    does: ["change.sql", crossplane("globex-corp", false)],
    expected: {
      nodes: { [ACME]: "Ready", "globex-corp-database-provisioning": WAITING },
      children: { ...ACME_DATABASE, ...application("1"), ...GLOBEX },
    },
  },
  {
    title: "the row goes, its database stays",
    does: [sameDatabase("acme-corp"), "delete.sql"],
    expected: {
      nodes: { "globex-corp-database-provisioning": WAITING },
      children: GLOBEX,
      kept: { "RDSInstance acme-corp-postgres": ORPHAN },
    },
  },
  {
    title: "the row comes back and takes its database up again",
    does: [sameDatabase("acme-corp"), "back.sql"],
    expected: {
      nodes: { [ACME]: "Ready", "globex-corp-database-provisioning": WAITING },
      children: { ...ACME_DATABASE, ...application("1"), ...GLOBEX },
    },
  },
  {
    title: "inactive rows leave their databases behind",
    does: [sameDatabase("acme-corp"), notOrphaned, withoutGuard("database-per-node"), "teardown.sql"],
    expected: {
      nodes: {},
      children: {},
      kept: { "RDSInstance acme-corp-postgres": ORPHAN, "RDSInstance globex-corp-postgres": ORPHAN },
    },
  },
]);
