import assert from "node:assert/strict";
import { childOf } from "../../tests/support/child_objects.ts";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { DesiredObject } from "../api/stages.ts";
import type { ManagedFieldsEntry, ObjectMeta } from "../kube/object.ts";
import { toDesiredObject } from "./desired_object.ts";
import { leftManagers, tracked, trackingKnown, trackingSeen } from "./sharing.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1", spec: { uid: "acme" } };
const TYPE = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
const LABELS = { "lynq.sh/node": "acme-web", "lynq.sh/node-namespace": "ns" };

function desired(sharing: "Shared" | "Exclusive"): DesiredObject {
  const policy = resourceOf({ id: "home", sharing });
  const object = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "home", labels: { team: "core" } },
  };
  return toDesiredObject(
    { kind: "rendered", id: "home", policy, object, namespace: "ns", name: "home", inputs: "in" },
    TYPE,
    node,
  );
}

Deno.test("what is shared has its own manager and a claim, and neither owner nor common policy", () => {
  const { object, manager } = desired("Shared");
  assert.equal(manager, "lynq.u1");
  assert.deepEqual(object.metadata.annotations, { "claim.lynq.sh/u1": "any Delete ns/acme-web/acme" });
  assert.equal(object.metadata.ownerReferences, undefined);
  assert.equal(desired("Exclusive").manager, "lynq");
});

Deno.test("whoever has the tracking labels, the hash of what is wanted is the same", () => {
  const ours = desired("Shared");
  const other = tracked(ours, { kind: "other" });
  assert.deepEqual(other.object.metadata.labels, { team: "core" });
  assert.equal(other.hash, ours.hash);
  assert.equal(tracked(ours, { kind: "ours" }).object.metadata.labels?.["lynq.sh/node"], "acme-web");
});

Deno.test("labels that nobody has are taken at the version that showed it only", () => {
  const untracked = { metadata: { resourceVersion: "7" } };
  const tracking = trackingSeen(untracked, node);
  assert.equal(tracked(desired("Shared"), tracking).object.metadata.resourceVersion, "7");
  assert.equal(tracked(desired("Exclusive"), tracking).object.metadata.resourceVersion, undefined);
  assert.deepEqual(trackingSeen({ metadata: { labels: LABELS } }, node), { kind: "ours" });
  const others = { metadata: { labels: { ...LABELS, "lynq.sh/node": "acme-db" } } };
  assert.deepEqual(trackingSeen(others, node), { kind: "other" });
});

Deno.test("the cache tells whose the labels are", () => {
  const present = (name: string) => ({ kind: "present" as const, child: childOf("x", { node: name }) });
  assert.equal(trackingKnown(present("acme-web"), node).kind, "ours");
  assert.equal(trackingKnown(present("acme-db"), node).kind, "other");
  assert.equal(trackingKnown({ kind: "unseen" }, node).kind, "ours");
});

Deno.test("managers whose fields are left over are those before it was shared or exclusive, and of lost claims", () => {
  const left = (metadata: ObjectMeta, sharing: "Shared" | "Exclusive") =>
    leftManagers({ metadata }, desired(sharing));
  const by = (...names: string[]): ManagedFieldsEntry[] =>
    names.map((manager) => ({ manager, operation: "Apply" }));
  const annotations = { "claim.lynq.sh/u2": "any Delete ns/acme-db/acme" };
  const managedFields = by("lynq", "lynq.u1", "lynq.u2", "lynq.u3", "helm");
  assert.deepEqual(left({ annotations, managedFields }, "Shared"), ["lynq", "lynq.u3"]);
  assert.deepEqual(left({ managedFields: by("lynq", "lynq.u1", "helm") }, "Exclusive"), ["lynq.u1"]);
  assert.deepEqual(left({ managedFields: [{ manager: "lynq", operation: "Update" }] }, "Shared"), []);
});

Deno.test("what is shared from now on, or no more, takes a change of its values at the same time", async () => {
  await withNode(async (lab) => {
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "acme-a" };
    const made = async (sharing: "Shared" | "Exclusive", x: string) => {
      const spec = { apiVersion: "v1", kind: "ConfigMap", data: { x, kept: "y" } };
      await lab.want([resourceOf({ id: "a", sharing, spec })]);
      const [record] = (await lab.pass()).status.resources ?? [];
      const object = await lab.objects.get(which);
      const managers = (object?.metadata.managedFields ?? []).map(({ manager = "" }) =>
        manager.replace(/\..*/, ".uid")
      );
      return [record?.state, (object?.["data"] as Record<string, string>)["x"], ...managers];
    };
    assert.deepEqual(await made("Exclusive", "1"), ["Ready", "1", "lynq"]);
    assert.deepEqual(await made("Shared", "2"), ["Ready", "2", "lynq.uid"]);
    assert.deepEqual(await made("Exclusive", "3"), ["Ready", "3", "lynq"]);
    assert.deepEqual(lab.events.events, []);
  });
});
