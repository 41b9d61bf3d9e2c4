import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { createFieldManagement } from "./apply_engine.ts";

const fields = createFieldManagement();

function deployment(spec: Record<string, unknown>): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { template: { spec } },
  };
}

function patched(live: KubeObject, patch: Record<string, unknown>): Record<string, unknown> {
  const kind = fields.builtin({ group: "apps", version: "v1", kind: "Deployment" });
  assert.ok(kind);
  const merged = fields.strategicMerge({ kind, live, patch });
  assert.equal(merged.kind, "merged");
  return merged.kind === "merged" ? merged.object : {};
}

const LIVE = deployment({
  containers: [{ name: "app", image: "a:1", args: ["x"] }, { name: "side", image: "s:1" }],
});

Deno.test("a list with a merge key merges item by item, one without is replaced", () => {
  const spec = { containers: [{ name: "app", image: "a:2", args: ["y"] }] };
  assert.deepEqual(
    patched(LIVE, { spec: { template: { spec } } }),
    deployment({
      containers: [{ name: "app", image: "a:2", args: ["y"] }, { name: "side", image: "s:1" }],
    }),
  );
});

Deno.test("$patch: delete removes an item, $patch: replace replaces the list", () => {
  const gone = { containers: [{ name: "side", $patch: "delete" }] };
  const only = { containers: [{ name: "new", image: "n" }, { $patch: "replace" }] };
  assert.deepEqual(
    patched(LIVE, { spec: { template: { spec: gone } } }),
    deployment({ containers: [{ name: "app", image: "a:1", args: ["x"] }] }),
  );
  assert.deepEqual(
    patched(LIVE, { spec: { template: { spec: only } } }),
    deployment({ containers: [{ name: "new", image: "n" }] }),
  );
});

Deno.test("$setElementOrder orders the items, with foreign ones where they were", () => {
  const spec = {
    "$setElementOrder/containers": [{ name: "new" }, { name: "app" }],
    containers: [{ name: "new", image: "n" }],
  };
  const out = patched(LIVE, { spec: { template: { spec } } }) as unknown as {
    spec: { template: { spec: { containers: { name: string }[] } } };
  };
  assert.deepEqual(out.spec.template.spec.containers.map(({ name }) => name), ["new", "app", "side"]);
});

Deno.test("$deleteFromPrimitiveList takes values out of a merged list", () => {
  const live: KubeObject = { ...LIVE, metadata: { name: "web", finalizers: ["a", "b"] } };
  const patch = { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] } };
  assert.deepEqual(patched(live, patch)["metadata"], { name: "web", finalizers: ["c", "b"] });
});

Deno.test("a patch that breaks its own format is a bad request", () => {
  const kind = fields.builtin({ group: "apps", version: "v1", kind: "Deployment" });
  assert.ok(kind);
  for (
    const spec of [
      { containers: [{ image: "no name" }] },
      { containers: [{ name: "x" }], "$setElementOrder/containers": [{ name: "y" }] },
      { $patch: "explode" },
      { $retainKeys: "not a list" },
    ]
  ) {
    const answer = fields.strategicMerge({ kind, live: LIVE, patch: { spec: { template: { spec } } } });
    assert.equal(answer.kind, "refused");
    assert.equal(answer.kind === "refused" && answer.status.code, 400);
  }
});
