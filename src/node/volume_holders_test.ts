import assert from "node:assert/strict";
import { storedNode } from "../../tests/support/stored_objects.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject, ObjectMeta } from "../kube/object.ts";
import { volumeHolders } from "./volume_holders.ts";

const NODE = storedNode({ row: "acme", form: "data" }, { deleting: true });
const signal = new AbortController().signal;
const NOW = "2026-01-01T00:00:00Z";

const owner = (kind: string, uid: string, apiVersion = "apps/v1") => ({ apiVersion, kind, name: "db", uid });
const claim = (metadata: ObjectMeta): KubeObject => ({ metadata: { name: "data-db-0", ...metadata } });

/** What stays of these claims in an API server that has these owners; a kind with an error may not be listed. */
async function held(
  claims: readonly KubeObject[],
  owners: Readonly<Record<string, ObjectMeta | KubeError>> = {},
) {
  const asked: string[] = [];
  const world = {
    nodes: {
      labelled: (_: string, label: string) =>
        label === "acme-web" ? [storedNode({ row: "acme", form: "web" })] : [],
    },
    discovery: {
      resolve: (apiVersion: string, kind: string) => {
        const [group = "", version = "v1"] = apiVersion.split("/");
        const type = { group, version, kind, plural: kind.toLowerCase(), namespaced: kind !== "Cluster" };
        return Promise.resolve(
          kind === "Gone" ? { kind: "absent" as const } : { kind: "found" as const, type },
        );
      },
    },
    client: {
      async *list(
        of: { type: { kind: string }; fieldSelector?: string | undefined; namespace?: string | undefined },
      ) {
        const { kind } = of.type;
        if (kind !== "PersistentVolumeClaim") {
          asked.push(`${kind} ${of.namespace ?? "-"} ${of.fieldSelector ?? ""}`);
        }
        const found = owners[kind];
        if (found instanceof KubeError) throw found;
        const items: KubeObject[] = kind === "PersistentVolumeClaim"
          ? [...claims]
          : found === undefined
          ? []
          : [{ metadata: found }];
        yield await Promise.resolve({ items, resourceVersion: "1" });
      },
    },
  };
  return { held: await volumeHolders(world, { node: NODE, namespace: "ns" }, signal), asked };
}

const KEPT = ["PersistentVolumeClaim data-db-0"];

Deno.test("a claim that no node made holds its namespace, and so does one of a node that stays", async () => {
  const of = (node: string) => claim({ labels: { "lynq.sh/node": node, "lynq.sh/node-namespace": "ns" } });
  assert.deepEqual((await held([claim({ labels: { app: "postgres" } })])).held, KEPT);
  assert.deepEqual((await held([of("acme-web")])).held, KEPT);
  assert.deepEqual((await held([of("acme-data")])).held, []);
  assert.deepEqual((await held([of("acme-gone")])).held, []);
  assert.deepEqual((await held([claim({ deletionTimestamp: NOW })])).held, []);
});

Deno.test("a claim whose owners are all gone or going holds nothing", async () => {
  const owned = claim({ ownerReferences: [owner("StatefulSet", "s")] });
  const { held: none, asked } = await held([owned, owned]);
  assert.deepEqual(none, []);
  assert.deepEqual(asked, ["StatefulSet ns metadata.name=db"], "each owner is asked for once");
  assert.deepEqual((await held([owned], { StatefulSet: { uid: "s" } })).held, KEPT);
  assert.deepEqual((await held([owned], { StatefulSet: { uid: "another" } })).held, []);
  assert.deepEqual((await held([owned], { StatefulSet: { uid: "s", deletionTimestamp: NOW } })).held, []);
  const both = claim({ ownerReferences: [owner("StatefulSet", "s"), owner("Cluster", "c", "db.io/v1")] });
  assert.deepEqual((await held([both], { Cluster: { uid: "c" } })).held, KEPT);
});

Deno.test("an owner whose own owner is gone goes with it; one whose dependents are to stay leaves the claim", async () => {
  const owned = claim({ ownerReferences: [owner("StatefulSet", "s")] });
  const set = { uid: "s", ownerReferences: [owner("Cluster", "c", "db.io/v1")] };
  const gone = await held([owned], { StatefulSet: set });
  assert.deepEqual(gone.held, []);
  assert.deepEqual(gone.asked, ["StatefulSet ns metadata.name=db", "Cluster - metadata.name=db"]);
  assert.deepEqual((await held([owned], { StatefulSet: set, Cluster: { uid: "c" } })).held, KEPT);
  const leaving = { uid: "s", deletionTimestamp: NOW, finalizers: ["orphan"] };
  assert.deepEqual((await held([owned], { StatefulSet: leaving })).held, KEPT);
});

Deno.test("an owner that may not be asked for, or whose kind is not served, stays; no answer is an error", async () => {
  const of = (kind: string) => claim({ ownerReferences: [owner(kind, "s")] });
  assert.deepEqual((await held([of("Gone")])).held, KEPT);
  const forbidden = new KubeError("forbidden", { status: 403, reason: "Forbidden" });
  assert.deepEqual((await held([of("Vault")], { Vault: forbidden })).held, KEPT);
  const broken = new KubeError("broken", { status: 500, reason: "InternalError" });
  await assert.rejects(held([of("Vault")], { Vault: broken }), KubeError);
});
