import assert from "node:assert/strict";
import fc from "fast-check";
import { claimAnnotation, claimsOf, isShared, mayShareWith, sharedManager, sharerOf } from "./claimant.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1", spec: { uid: "acme" } };

Deno.test("a claim is read as it was written, whatever the row's uid holds", () => {
  fc.assert(fc.property(fc.string(), fc.boolean(), fc.boolean(), (row, any, retain) => {
    const deletionPolicy = retain ? "Retain" as const : "Delete" as const;
    const annotation = claimAnnotation({ ...node, spec: { uid: row } }, {
      deletionPolicy,
      ...(any ? { sharing: "Shared" as const } : {}),
    });
    assert.deepEqual(claimsOf(annotation), [{
      uid: "u1",
      namespace: "ns",
      name: "acme-web",
      row,
      scope: any ? "Any" : "Row",
      policy: deletionPolicy,
    }]);
  }));
});

Deno.test("a claim that can't be read is one of an unknown node, and shares with nobody", () => {
  const [claimant] = claimsOf({ "claim.lynq.sh/u2": "scribble", note: "row Delete ns/a/b" });
  assert(claimant !== undefined);
  assert.equal(claimant.name, "");
  assert.equal(mayShareWith(node, {}, claimant), false);
});

Deno.test("a node that is not stored claims nothing", () => {
  assert.deepEqual(claimAnnotation({ ...node, uid: "" }, { deletionPolicy: "Delete" }), {});
});

Deno.test("a manager's name tells the node that shares by it", () => {
  assert.equal(sharerOf(sharedManager("u1")), "u1");
  assert.equal(sharerOf("lynq"), undefined);
  assert.equal(sharerOf("lynq-operator"), undefined);
  assert.equal(sharerOf(undefined), undefined);
});

Deno.test("only what the form says is shared, and a core Namespace, as far as fields can be kept apart", () => {
  const config = { apiVersion: "v1", kind: "ConfigMap" };
  const space = { apiVersion: "v1", kind: "Namespace" };
  const apply = { patchStrategy: "apply" as const };
  assert.equal(isShared(apply, config), false);
  assert.equal(isShared({ ...apply, sharing: "Shared" }, config), true);
  assert.equal(isShared(apply, space), true);
  assert.equal(isShared({ ...apply, sharing: "Exclusive" }, space), false);
  assert.equal(isShared(apply, { ...space, apiVersion: "example.org/v1" }), false);
  assert.equal(isShared({ patchStrategy: "merge" }, space), false);
});
