import { createKubeClient } from "../../src/kube/http_client.ts";
import type { ControlPlane, ControlPlaneAnswer } from "./control_plane.ts";
import { clearStage } from "./clear_stage.ts";
import { type ClusterObjects, clusterObjects, until } from "./cluster_objects.ts";
import { cannotStart, type DatabaseServer, startMariaDb } from "./databases.ts";
import {
  type GrantedKinds,
  grantKinds,
  installedAccount,
  LEADER_LEASE,
  revokeKinds,
  shippedRole,
} from "./installed_account.ts";
import { labPicture } from "./lab_picture.ts";
import { startFakeKubelet } from "./fake_kubelet.ts";
import { type OperatorProcess, startOperatorProcess } from "./operator_process.ts";

/** A cluster with our kinds, a database, pods that become ready, and a namespace of the test's own. */
export interface OperatorLab {
  readonly plane: ControlPlane;
  readonly objects: ClusterObjects;
  readonly db: DatabaseServer;
  readonly namespace: string;
  /** The operator that runs now; a test may replace it. */
  operator: OperatorProcess;
  /** Those that a test starts beside it; what runs of them at its end is killed. */
  readonly replicas: OperatorProcess[];
  /** Starts one as the script says, with more flags where they are given. */
  start(more?: readonly string[]): Promise<OperatorProcess>;
}

/** A test of the whole operator: steps that build on each other; the first that fails ends it. */
export interface OperatorScript {
  /** The account of the operator, as a kubeconfig; the shipped one with the shipped roles unless told. */
  readonly kubeconfig?: (at: { plane: ControlPlane; objects: ClusterObjects }) => Promise<string>;
  /** The Pod that the shipped account's token is bound to; none unless replicas are to be told apart. */
  readonly pod?: string;
  /** Kinds that the shipped roles lack: plural names of one group each, granted as the README tells. */
  readonly kinds?: readonly GrantedKinds[];
  /** Besides the shipped ones. */
  readonly flags?: readonly string[];
  readonly prepare: (lab: OperatorLab) => Promise<void>;
  readonly steps: readonly { readonly title: string; readonly run: (lab: OperatorLab) => Promise<void> }[];
}

/** Registers a test of the whole operator; without a control plane or MariaDB it is skipped, with the reason. */
export function operatorTest(
  answer: ControlPlaneAnswer,
  name: string,
  script: OperatorScript,
): void {
  const reason = answer.kind === "skip" ? answer.reason : cannotStart("mariadb");
  if (answer.kind === "skip" || reason !== undefined) {
    Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn: () => {} });
    return;
  }
  Deno.test(name, async (t) => {
    const { plane } = answer;
    await plane.startControllerManager();
    const client = createKubeClient(plane.credentials("admin"));
    const db = await startMariaDb();
    const kubelet = startFakeKubelet(client);
    const objects = clusterObjects(client);
    const namespace = `lab-${crypto.randomUUID().slice(0, 8)}`;
    let operator: OperatorProcess | undefined;
    const replicas: OperatorProcess[] = [];
    try {
      await installKinds(objects);
      await clearStage(objects);
      await objects.apply(setup(namespace, db.password));
      const start = await starterOf(script, { plane, objects, db, namespace });
      operator = await start();
      const lab: OperatorLab = { plane, objects, db, namespace, operator, replicas, start };
      try {
        await script.prepare(lab);
        for (const { title, run } of script.steps) {
          if (await t.step(title, () => run(lab))) continue;
          const picture = await labPicture(lab);
          // Hubs that stay would be worked on by the operators of the tests after this one.
          await removeAll(objects, namespace).catch(() => undefined);
          throw new Error(`step failed: ${title}\n${picture}`);
        }
      } finally {
        operator = lab.operator;
      }
      await removeAll(objects, namespace);
      if (script.kinds !== undefined) await revokeKinds(objects, namespace);
    } finally {
      await operator?.stop();
      for (const replica of replicas) await replica.kill().catch(() => undefined);
      await kubelet.stop();
      await db.stop();
      client.close();
    }
  });
}

type Ground = Pick<OperatorLab, "plane" | "objects" | "db" | "namespace">;

/** Gives the operator its account and rights; what starts it. */
async function starterOf(script: OperatorScript, ground: Ground): Promise<OperatorLab["start"]> {
  const { plane, objects, db, namespace } = ground;
  const shipped = script.kubeconfig === undefined;
  const kubeconfig =
    await (script.kubeconfig?.({ plane, objects }) ?? installedAccount({ plane, objects, pod: script.pod }));
  if (script.kinds !== undefined) await grantKinds(objects, { namespace, kinds: script.kinds });
  const flags = [...(shipped ? await shippedRole() : []), ...script.flags ?? []];
  const sourceHosts = [`${db.host}:${db.port}`];
  const running = { count: 0 };
  return async (more = []) => {
    // One that was killed can't give its Lease back, and nobody is to wait until it expires.
    if (shipped && running.count === 0) await objects.remove(LEADER_LEASE);
    const process = await startOperatorProcess({ kubeconfig, sourceHosts, flags: [...flags, ...more] });
    running.count += 1;
    process.ended.finally(() => running.count -= 1).catch(() => undefined);
    return process;
  };
}

export async function installKinds(objects: ClusterObjects): Promise<void> {
  const folder = new URL("../../crds/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    await objects.apply(await Deno.readTextFile(new URL(name, folder)));
  }
  const apiVersion = "apiextensions.k8s.io/v1";
  for (const plural of ["lynqhubs", "lynqforms", "lynqnodes"]) {
    const which = { apiVersion, kind: "CustomResourceDefinition", name: `${plural}.operator.lynq.sh` };
    await until(`${plural} to be established`, async () => {
      const crd = await objects.get(which);
      const status = crd?.["status"] as { conditions?: { type: string; status: string }[] } | undefined;
      return status?.conditions?.some((each) => each.type === "Established" && each.status === "True");
    });
  }
}

function setup(namespace: string, password: string): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: ${namespace}}
stringData: {password: ${JSON.stringify(password)}}
`;
}

/** Deletes the hubs, so that no finalizer outlives the operator. */
async function removeAll(objects: ClusterObjects, namespace: string): Promise<void> {
  const of = { apiVersion: "operator.lynq.sh/v1", namespace };
  for (const hub of await objects.list({ ...of, kind: "LynqHub" })) {
    await objects.remove({ ...of, kind: "LynqHub", name: hub.metadata.name ?? "" });
  }
  await until(
    "the nodes and hubs to be gone",
    async () =>
      (await objects.list({ ...of, kind: "LynqNode" })).length +
          (await objects.list({ ...of, kind: "LynqHub" })).length === 0,
  );
  await objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace });
}
