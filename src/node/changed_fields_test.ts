import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { changedFields } from "./changed_fields.ts";

const object = (part: Record<string, unknown>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", resourceVersion: "1" },
  ...part,
});

Deno.test("fields that differ are told by path, and never by value", () => {
  const before = object({ data: { a: "1", b: "2", "c.d/e": "3" }, spec: { list: [{ x: 1 }, { x: 2 }] } });
  const after = object({ data: { a: "1", b: "9", f: "4" }, spec: { list: [{ x: 1 }, { x: 3 }] } });
  assert.deepEqual(changedFields(before, after), ["data.b", 'data["c.d/e"]', "data.f", "spec.list[1].x"]);
});

Deno.test("a list of another length is told as a whole", () => {
  assert.deepEqual(changedFields(object({ spec: { list: [1] } }), object({ spec: { list: [1, 2] } })), [
    "spec.list",
  ]);
});

Deno.test("what the server keeps for itself is no change", () => {
  const after = object({
    status: { ready: true },
    metadata: { name: "a", resourceVersion: "2", generation: 4, uid: "u" },
  });
  assert.deepEqual(changedFields(object({}), after), []);
  const labelled = object({ metadata: { name: "a", labels: { x: "y" } } });
  assert.deepEqual(changedFields(object({}), labelled), ["metadata.labels"]);
});
