import assert from "node:assert/strict";
import { resourceOf, storedHub, storedNode } from "../../tests/support/stored_objects.ts";
import { newNode, nodePatch } from "./node_object.ts";

const hub = storedHub();
const wanted = {
  name: "acme-web",
  form: "web",
  revision: "web-2",
  row: { uid: "acme", values: { activate: "1", plan: "pro" } },
};

Deno.test("a new node carries finalizer, owner and labels from the start", () => {
  const { metadata, spec } = newNode(hub, wanted);
  assert.equal(metadata.name, "acme-web");
  assert.equal(metadata.namespace, "ns");
  assert.deepEqual(metadata.finalizers, ["lynqnode.operator.lynq.sh/finalizer"]);
  assert.equal(metadata.labels?.["lynq.sh/hub"], "hub");
  assert.equal(metadata.labels?.["lynq.sh/uid"], "acme");
  assert.match(metadata.labels?.["lynq.sh/bucket"] ?? "", /^\d+$/);
  assert.deepEqual(metadata.ownerReferences?.map(({ kind, uid, controller }) => [kind, uid, controller]), [
    ["LynqHub", "uid-of-hub", true],
  ]);
  assert.deepEqual(spec, {
    uid: "acme",
    templateRef: "web",
    hubId: "hub",
    revision: "web-2",
    values: wanted.row.values,
  });
});

Deno.test("a patch sets what is wanted and takes away the values that left the row", () => {
  const node = storedNode({ row: "acme", form: "web" }, { spec: { values: { activate: "1", old: "x" } } });
  assert.deepEqual(nodePatch(hub, node, wanted), {
    metadata: { uid: node.uid },
    spec: { hubId: "hub", revision: "web-2", values: { old: null, activate: "1", plan: "pro" } },
  });
});

Deno.test("a value named like a member of every object goes too", () => {
  const node = storedNode({ row: "acme", form: "web" }, { spec: { values: { toString: "x" } } });
  const { spec } = nodePatch(hub, node, wanted) as { spec: { values: Record<string, unknown> } };
  assert.equal(Object.hasOwn(spec.values, "toString"), true);
  assert.equal(spec.values["toString"], null);
});

Deno.test("arrays that the Go implementation wrote into the node go", () => {
  const configMaps = [resourceOf({ id: "a" })];
  const node = storedNode({ row: "acme", form: "web" }, { spec: { configMaps, jobs: [] } });
  const { spec } = nodePatch(hub, node, wanted) as { spec: Record<string, unknown> };
  assert.equal(spec["configMaps"], null);
  assert.equal(spec["jobs"], null);
  assert(!("secrets" in spec));
});
