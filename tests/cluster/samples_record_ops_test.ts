import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type SampleLab, sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

const image = (text: string, plan: string) => ({
  metadata: { labels: { plan } },
  spec: { template: { spec: { containers: [{ image: text }] } } },
});

const application = (node: string, values: unknown) => ({
  [`Deployment ${node}-app`]: values,
  [`Service ${node}-svc`]: { spec: { selector: { app: node } } },
});

const database = (node: string) => ({
  [`Secret ${node}-creds`]: { type: "Opaque" },
  [`PersistentVolumeClaim ${node}-data`]: {},
  [`Deployment ${node}-db`]: {},
  [`Deployment ${node}-db-app`]: {},
});

const jobs = (node: string) => ({ [`Job ${node}-init`]: {}, [`Job ${node}-cleanup`]: {} });

/** Volumes that outlived their rows. */
function volumes(...nodes: readonly string[]): Record<string, unknown> {
  const orphaned = { metadata: { labels: { "lynq.sh/orphaned": "true" } } };
  return Object.fromEntries(nodes.map((node) => [`PersistentVolumeClaim ${node}-data`, orphaned]));
}

/** Somebody else's Deployment of the name that globex's application is to have. */
async function taken({ objects, namespace }: SampleLab): Promise<void> {
  await objects.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: globex-main, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: other}}
  template: {metadata: {labels: {app: other}}, spec: {containers: [{name: main, image: "nginx:1.26"}]}}
`);
}

/** What a storage driver and a kubelet would tell: the claims are bound, the pods of both rows' jobs have succeeded. */
async function served({ objects, namespace }: SampleLab): Promise<void> {
  for (const node of ["acme", "globex"]) {
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: `${node}-data` };
    await until(`the claim of ${node}`, () => objects.get(claim));
    await objects.merge(claim, { status: { phase: "Bound" } }, "status");
    for (const job of [`${node}-init`, `${node}-cleanup`]) {
      const labelSelector = `batch.kubernetes.io/job-name=${job}`;
      const [pod] = await until(`the pod of ${job}`, async () => {
        const pods = await objects.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector });
        return pods.length > 0 && pods;
      });
      const which = { apiVersion: "v1", kind: "Pod", namespace, name: pod?.metadata.name ?? "" };
      await until(`${job} to be done`, async () => {
        await objects.merge(which, { status: { phase: "Succeeded", containerStatuses: [] } }, "status");
        const done = await objects.get({ apiVersion: "batch/v1", kind: "Job", namespace, name: job });
        return (done?.["status"] as { succeeded?: number } | undefined)?.succeeded === 1;
      });
    }
  }
}

let password = "";

async function passwordOf({ objects, namespace }: SampleLab): Promise<string> {
  const which = { apiVersion: "v1", kind: "Secret", namespace, name: "acme-creds" };
  const secret = await until("the credentials", () => objects.get(which));
  return (secret["data"] as { password: string }).password;
}

const conflicted = "main-app: the object exists and belongs to";

/** Both rows' nodes and what is theirs, with acme's application as it is now. */
function both(acme: string) {
  return {
    nodes: {
      "acme-web-app": "Ready",
      "acme-database": "Ready",
      "acme-setup": "Ready",
      "globex-web-app": "Ready",
      "globex-database": "Ready",
      "globex-setup": conflicted,
    },
    children: {
      ...application("acme", image(acme, "enterprise")),
      ...application("globex", image("nginx:latest", "basic")),
      ...database("acme"),
      ...database("globex"),
      ...jobs("acme"),
      ...jobs("globex"),
      "Deployment acme-main": {},
    },
  };
}

sampleTest(answer, {
  folder: "record-ops",
  name: "an application, a database and jobs follow their rows",
}, [
  {
    title: "rows stand up three forms' resources; a job runs even where the application failed",
    does: [taken, "schema.sql", "hub.yaml", "form.yaml", "form-database.yaml", "form-jobs.yaml", served],
    expected: both("nginx:1.27-alpine"),
  },
  {
    title: "a changed column rolls the application, and the credentials stay",
    does: [
      async (lab) => {
        password = await passwordOf(lab);
        await lab.sql("UPDATE node_data SET container_image = 'nginx:1.28-alpine' WHERE node_id = 'acme'");
      },
    ],
    expected: both("nginx:1.28-alpine"),
  },
  {
    title: "the row goes, the volume stays and is marked",
    does: [
      async (lab) => {
        if (await passwordOf(lab) !== password) throw new Error("the password was made anew");
        await lab.sql("DELETE FROM node_data WHERE node_id = 'acme'");
      },
    ],
    expected: {
      nodes: { "globex-web-app": "Ready", "globex-database": "Ready", "globex-setup": conflicted },
      children: {
        ...application("globex", image("nginx:latest", "basic")),
        ...database("globex"),
        ...jobs("globex"),
      },
      kept: volumes("acme"),
    },
  },
  {
    title: "so does the last one",
    does: [(lab) => lab.sql("DELETE FROM node_data")],
    expected: {
      nodes: {},
      children: {},
      kept: { ...volumes("acme", "globex"), "Deployment globex-main": {} },
    },
  },
]);
