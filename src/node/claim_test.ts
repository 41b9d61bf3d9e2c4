import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { ObjectMeta } from "../kube/object.ts";
import { type Claim, claim } from "./claim.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1" };
const LABELS = { "lynq.sh/node": "acme-web", "lynq.sh/node-namespace": "ns" };
const OWNER = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "acme-web", uid: "u1" };
const HELM = [{ manager: "helm" }, { manager: "kubelet", subresource: "status" }, { manager: "kubectl" }];

function whose(metadata: ObjectMeta, of: { force?: boolean; recordedUid?: string } = {}): Claim {
  const policy = resourceOf({ id: "a", conflictPolicy: of.force === true ? "Force" : "Stuck" });
  return claim({ metadata: { uid: "x", ...metadata } }, node, { policy, recordedUid: of.recordedUid });
}

Deno.test("ours is what is recorded, labelled with this node, or owned by its UID", () => {
  assert.equal(whose({}, { recordedUid: "x" }).kind, "ours");
  assert.equal(whose({ labels: LABELS }).kind, "ours");
  assert.equal(whose({ ownerReferences: [OWNER] }).kind, "ours");
});

Deno.test("an object of a node of the same name in another namespace or with another UID is not ours", () => {
  assert.deepEqual(whose({ labels: { ...LABELS, "lynq.sh/node-namespace": "other" } }), {
    kind: "foreign",
    owner: "LynqNode other/acme-web",
  });
  assert.equal(whose({ ownerReferences: [{ ...OWNER, uid: "u0" }] }, { force: true }).kind, "take");
});

Deno.test("an object without UID matches no record without UID", () => {
  assert.equal(
    claim({ metadata: {} }, node, { policy: resourceOf({ id: "a" }), recordedUid: undefined }).kind,
    "foreign",
  );
});

Deno.test("another node's object and one with a controller are foreign even under Force", () => {
  assert.equal(whose({ labels: { "lynq.sh/node": "beta-web" } }, { force: true }).kind, "foreign");
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "r", controller: true };
  assert.deepEqual(whose({ ownerReferences: [controller] }, { force: true }), {
    kind: "foreign",
    owner: "ReplicaSet rs",
  });
});

Deno.test("an orphan is taken back whatever the conflictPolicy, but not from a controller that it has since", () => {
  assert.equal(whose({ labels: { "lynq.sh/orphaned": "true" } }).kind, "orphan");
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "r", controller: true };
  assert.equal(
    whose({ labels: { "lynq.sh/orphaned": "true" }, ownerReferences: [controller] }).kind,
    "foreign",
  );
});

Deno.test("somebody else's is taken under Force and left alone under Stuck, with its managers named", () => {
  assert.equal(whose({ managedFields: HELM }, { force: true }).kind, "take");
  assert.deepEqual(whose({ managedFields: HELM }), { kind: "foreign", owner: '"helm", "kubectl"' });
  assert.deepEqual(whose({}), { kind: "foreign", owner: "somebody else" });
});
