import assert from "node:assert/strict";
import { parse } from "yaml";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { FormerCluster } from "../support/former_cluster.ts";
import { type SampleLab, sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

/** A tenant that a tool had made, with the replicas that it has by now. */
interface Tenant {
  readonly uid: string;
  readonly manager: string;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
}

const TENANTS: readonly Tenant[] = [
  { uid: "acme-corp", manager: "helm", replicas: 3, labels: { "app.kubernetes.io/managed-by": "Helm" } },
  { uid: "globex-corp", manager: "kubectl-client-side-apply", replicas: 2, labels: {} },
  { uid: "initech-corp", manager: "Terraform", replicas: 2, labels: { "terraform.io/module": "tenant" } },
];

const before = new Map<string, KubeObject>();

function manifests({ uid, replicas, labels }: Tenant): KubeObject[] {
  const app = `${uid}-app`;
  const text = `
- {apiVersion: v1, kind: Namespace, metadata: {name: ${uid}}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: ${app}, namespace: ${uid}}
  spec:
    replicas: ${replicas}
    selector: {matchLabels: {app: ${app}}}
    template:
      metadata: {labels: {app: ${app}}}
      spec: {containers: [{name: app, image: "nginx:1.27-alpine", ports: [{containerPort: 80, name: http}]}]}
- apiVersion: v1
  kind: Service
  metadata: {name: ${uid}-svc, namespace: ${uid}}
  spec: {selector: {app: ${app}}, ports: [{port: 80, targetPort: http}]}
`;
  return (parse(text) as KubeObject[]).map((object) => {
    const applied = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object) };
    return { ...object, metadata: { ...object.metadata, labels, annotations: applied } };
  });
}

async function installed(lab: SampleLab): Promise<void> {
  const client = createKubeClient(lab.plane.credentials("admin"));
  try {
    const cluster = new FormerCluster(client);
    for (const tenant of TENANTS) {
      for (const object of manifests(tenant)) await cluster.write(object, tenant.manager);
    }
  } finally {
    client.close();
  }
  for (const { uid, replicas } of TENANTS) {
    await until(`${uid}-app to be available`, async () => {
      const app = await live(lab, uid, "Deployment");
      const status = app["status"] as { availableReplicas?: number; observedGeneration?: number };
      return status.availableReplicas === replicas;
    });
    for (const kind of ["Deployment", "Service"] as const) {
      before.set(`${kind} ${uid}`, await live(lab, uid, kind));
    }
  }
}

async function live(lab: SampleLab, uid: string, kind: "Deployment" | "Service"): Promise<KubeObject> {
  const which = kind === "Deployment"
    ? { apiVersion: "apps/v1", kind, namespace: uid, name: `${uid}-app` }
    : { apiVersion: "v1", kind, namespace: uid, name: `${uid}-svc` };
  const object = await lab.objects.get(which);
  assert(object !== undefined, `${uid} has its ${kind}`);
  return object;
}

/** Stuck: byte for byte as the tool left it, and told with the tool's name and the fields. */
async function untouched(lab: SampleLab): Promise<void> {
  const at = { apiVersion: "v1", kind: "Event", namespace: lab.namespace };
  const prefix = "Resource conflict detected for acme-corp/acme-corp-app (Kind: Deployment, Policy: Stuck)";
  await until(
    "the event of the conflict",
    async () =>
      (await lab.objects.list(at)).some((event) =>
        event["reason"] === "ResourceConflict" && String(event["message"]).startsWith(prefix) &&
        String(event["message"]).includes('"helm" manages .spec.replicas')
      ),
  );
  for (const kind of ["Deployment", "Service"] as const) {
    assert.deepEqual(await live(lab, "acme-corp", kind), before.get(`${kind} acme-corp`));
  }
}

/** Force: the same objects and pods, our manager, and nothing but replicas where the form says otherwise. */
async function taken(lab: SampleLab): Promise<void> {
  for (const { uid, labels } of TENANTS) {
    for (const kind of ["Deployment", "Service"] as const) {
      const [was, is] = [before.get(`${kind} ${uid}`), await live(lab, uid, kind)];
      assert.equal(is.metadata.uid, was?.metadata.uid);
      assert.deepEqual(is["spec"], {
        ...was?.["spec"] as object,
        ...(kind === "Service" ? {} : { replicas: 2 }),
      });
      assert(
        is.metadata.managedFields?.some(({ manager, operation }) =>
          manager === "lynq" && operation === "Apply"
        ),
      );
      for (const [key, value] of Object.entries(labels)) assert.equal(is.metadata.labels?.[key], value);
      assert.deepEqual(is.metadata.ownerReferences, undefined);
    }
    const sets = await lab.objects.list({ apiVersion: "apps/v1", kind: "ReplicaSet", namespace: uid });
    assert.equal(sets.length, 1, `the pods of ${uid} were not made anew`);
  }
}

async function removed(lab: SampleLab): Promise<void> {
  for (const { uid: name } of TENANTS) {
    const namespace = await lab.objects.get({ apiVersion: "v1", kind: "Namespace", name });
    assert.equal(namespace?.metadata.deletionTimestamp, undefined);
    assert(namespace !== undefined);
    await lab.objects.remove({ apiVersion: "v1", kind: "Namespace", name });
  }
}

const node = (uid: string) => `${uid}-web-app`;
const owned = (...uids: string[]) => holding({}, uids);
const holding = (values: unknown, uids: readonly string[]) =>
  Object.fromEntries(
    uids.flatMap((uid) => [[`Deployment ${uid}/${uid}-app`, values], [`Service ${uid}/${uid}-svc`, values]]),
  );
const activate = (uid: string, is = "TRUE") => (lab: SampleLab) =>
  lab.sql(`UPDATE nodes SET is_active = ${is} WHERE node_id = '${uid}'`);

sampleTest(answer, {
  folder: "migration",
  name: "tenants of Helm, kubectl and Terraform are adopted as the document tells it",
}, [
  {
    title: "Stuck shows the conflict of the first tenant and touches nothing",
    does: [
      installed,
      "schema.sql",
      (lab) => lab.sql("INSERT INTO nodes (node_id, region) VALUES ('initech-corp', 'eu-west-1')"),
      "form-1-stuck.yaml",
      "hub.yaml",
      activate("acme-corp"),
    ],
    expected: {
      nodes: { [node("acme-corp")]: "manages .spec.replicas; it is left untouched" },
      children: {},
    },
  },
  {
    title: "the objects are byte for byte as the tool left them",
    does: [untouched],
    expected: {
      nodes: { [node("acme-corp")]: "manages .spec.replicas; it is left untouched" },
      children: {},
    },
  },
  {
    title: "Force takes it over, and the next ones one by one",
    does: ["form-2-force.yaml", activate("globex-corp"), activate("initech-corp")],
    expected: {
      nodes: Object.fromEntries(TENANTS.map(({ uid }) => [node(uid), "Ready"])),
      children: owned(...TENANTS.map(({ uid }) => uid)),
    },
  },
  {
    title: "with the same objects, pods and labels; the way back leaves everything in place",
    does: [taken, activate("initech-corp", "FALSE")],
    expected: {
      nodes: { [node("acme-corp")]: "Ready", [node("globex-corp")]: "Ready" },
      children: owned("acme-corp", "globex-corp"),
      kept: owned("initech-corp"),
    },
  },
  {
    title: "the policies are relaxed",
    does: ["form-3-relaxed.yaml"],
    expected: {
      nodes: { [node("acme-corp")]: "Ready", [node("globex-corp")]: "Ready" },
      children: holding({ metadata: { annotations: { "lynq.sh/deletion-policy": "Delete" } } }, [
        "acme-corp",
        "globex-corp",
      ]),
      kept: owned("initech-corp"),
    },
  },
  {
    title: "then rows that go take their objects along, and no others",
    does: [activate("globex-corp", "FALSE")],
    expected: {
      nodes: { [node("acme-corp")]: "Ready" },
      children: owned("acme-corp"),
      kept: owned("initech-corp"),
    },
  },
  {
    title: "and so does the last one",
    does: [activate("acme-corp", "FALSE")],
    expected: { nodes: {}, children: {}, kept: owned("initech-corp") },
  },
  {
    title: "the namespaces of the tenants were never the operator's",
    does: [removed],
    expected: { nodes: {}, children: {} },
  },
]);
