import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { ObjectMeta } from "../kube/object.ts";
import { type Claim, claim } from "./claim.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1", spec: { uid: "acme" } };
const LABELS = { "lynq.sh/node": "acme-web", "lynq.sh/node-namespace": "ns" };
const OWNER = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "acme-web", uid: "u1" };
const HELM = [{ manager: "helm" }, { manager: "kubelet", subresource: "status" }, { manager: "kubectl" }];

function whose(metadata: ObjectMeta, of: { force?: boolean; recordedUid?: string } = {}): Claim {
  const policy = resourceOf({ id: "a", conflictPolicy: of.force === true ? "Force" : "Stuck" });
  return claim({ metadata: { uid: "x", ...metadata } }, node, {
    policy,
    shared: false,
    recordedUid: of.recordedUid,
  });
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
    nodes: [{ namespace: "other", name: "acme-web" }],
  });
  assert.equal(whose({ ownerReferences: [{ ...OWNER, uid: "u0" }] }, { force: true }).kind, "take");
});

Deno.test("an object without UID matches no record without UID", () => {
  assert.equal(
    claim({ metadata: {} }, node, {
      policy: resourceOf({ id: "a" }),
      shared: false,
      recordedUid: undefined,
    }).kind,
    "foreign",
  );
});

Deno.test("another node's object and one with a controller are foreign even under Force", () => {
  assert.equal(whose({ labels: { "lynq.sh/node": "beta-web" } }, { force: true }).kind, "foreign");
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "r", controller: true };
  assert.deepEqual(whose({ ownerReferences: [controller] }, { force: true }), {
    kind: "foreign",
    owner: "ReplicaSet rs",
    nodes: [],
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
  assert.deepEqual(whose({ managedFields: HELM }), {
    kind: "foreign",
    owner: '"helm", "kubectl"',
    nodes: [],
  });
  assert.deepEqual(whose({}), { kind: "foreign", owner: "somebody else", nodes: [] });
});

Deno.test("an object says by an annotation that any node or one of that name may take it", () => {
  const adopt = (text: string) => whose({ annotations: { "lynq.sh/adopt": text } }).kind;
  assert.equal(adopt("true"), "take");
  assert.equal(adopt("acme-web"), "take");
  assert.equal(adopt("beta-web"), "foreign");
  const labels = { "lynq.sh/node": "beta-web", "lynq.sh/node-namespace": "ns" };
  assert.equal(whose({ labels, annotations: { "lynq.sh/adopt": "true" } }).kind, "foreign");
});

const claimed = (uid: string, text: string) => ({ annotations: { [`claim.lynq.sh/${uid}`]: text } });

function shared(metadata: ObjectMeta, of: { sharing?: "Shared"; gone?: boolean } = {}): Claim {
  const policy = resourceOf({ id: "a", ...(of.sharing === undefined ? {} : { sharing: of.sharing }) });
  const isGone = () => of.gone === true;
  return claim({ metadata: { uid: "x", ...metadata } }, node, {
    policy,
    shared: true,
    recordedUid: undefined,
    isGone,
  });
}

Deno.test("nodes of one row share what they share, others only what both say is shared", () => {
  assert.equal(shared(claimed("u2", "row Delete ns/acme-db/acme")).kind, "join");
  assert.equal(shared(claimed("u2", "any Delete ns/acme-db/acme")).kind, "join");
  assert.equal(shared(claimed("u2", "row Delete ns/beta-db/beta")).kind, "foreign");
  assert.equal(shared(claimed("u2", "row Delete other/acme-db/acme")).kind, "foreign");
  assert.equal(shared(claimed("u2", "any Delete other/beta-db/beta")).kind, "foreign");
  assert.equal(shared(claimed("u2", "any Delete other/beta-db/beta"), { sharing: "Shared" }).kind, "join");
  assert.equal(shared(claimed("u2", "row Delete ns/beta-db/beta"), { sharing: "Shared" }).kind, "foreign");
  assert.equal(shared(claimed("u1", "row Delete ns/acme-web/acme")).kind, "ours");
});

Deno.test("who has an object for itself keeps it from those who would share, and those from who would not", () => {
  const labels = { "lynq.sh/node": "acme-db", "lynq.sh/node-namespace": "ns" };
  assert.deepEqual(shared({ labels }), {
    kind: "foreign",
    owner: "LynqNode ns/acme-db",
    nodes: [{ namespace: "ns", name: "acme-db" }],
  });
  assert.equal(whose(claimed("u2", "row Delete ns/acme-db/acme")).kind, "foreign");
});

Deno.test("a node that is gone keeps nobody from an object, but doesn't give it away either", () => {
  const labels = { "lynq.sh/node": "beta-db", "lynq.sh/node-namespace": "ns" };
  assert.equal(shared({ labels }, { gone: true }).kind, "foreign");
  assert.equal(shared({ labels, annotations: { "lynq.sh/adopt": "true" } }, { gone: true }).kind, "take");
  assert.equal(shared(claimed("u2", "row Delete ns/acme-db/acme"), { gone: true }).kind, "join");
});
