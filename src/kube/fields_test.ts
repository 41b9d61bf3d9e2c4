import assert from "node:assert/strict";
import { KubeError } from "./error.ts";
import { entryHash, fieldConflicts, ownedPaths } from "./fields.ts";
import type { KubeObject, ManagedFieldsEntry } from "./object.ts";

const US = { manager: "lynq", operation: "Apply" } as const;

function owned(fieldsV1: Record<string, unknown>, more: Partial<ManagedFieldsEntry> = {}): KubeObject {
  const entry: ManagedFieldsEntry = { manager: "lynq", operation: "Apply", fieldsV1, ...more };
  return { metadata: { managedFields: [{ ...entry, manager: "other" }, entry] } };
}

Deno.test("the hash of an entry does not depend on its time or the order of its keys", () => {
  const one = owned({ "f:a": {}, "f:b": { "f:c": {}, "f:d": {} } }, { time: "2026-01-01T00:00:00Z" });
  const two = owned({ "f:b": { "f:d": {}, "f:c": {} }, "f:a": {} }, { time: "2027-01-01T00:00:00Z" });
  assert.equal(entryHash(one, US), entryHash(two, US));
  assert.equal(entryHash(one, US)?.length, 22);
  assert.notEqual(entryHash(one, US), entryHash(owned({ "f:a": {} }), US));
});

Deno.test("an entry of another manager, operation or subresource is not ours", () => {
  const object = owned({ "f:a": {} });
  assert.equal(entryHash(object, { ...US, operation: "Update" }), undefined);
  assert.equal(entryHash(object, { ...US, subresource: "status" }), undefined);
  assert.equal(entryHash({ metadata: {} }, US), undefined);
  assert.deepEqual(ownedPaths(object, { ...US, manager: "nobody" }), []);
});

Deno.test("owned fields are named as the server names them in conflicts", () => {
  const fields = {
    "f:metadata": { "f:labels": { ".": {}, "f:app": {} }, "f:finalizers": { 'v:"x/y"': {} } },
    "f:spec": {
      "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {}, "f:name": {} } },
      "f:ports": { 'k:{"protocol":"TCP","port":80}': { "f:port": {} } },
    },
  };
  assert.deepEqual(ownedPaths(owned(fields), US), [
    '.metadata.finalizers[="x/y"]',
    ".metadata.labels",
    ".metadata.labels.app",
    '.spec.containers[name="web"]',
    '.spec.containers[name="web"].image',
    '.spec.containers[name="web"].name',
    '.spec.ports[port=80,protocol="TCP"].port',
  ]);
});

Deno.test("conflicts name their owner, its subresource and the field", () => {
  const cause = (message: string, field: string) => ({ reason: "FieldManagerConflict", message, field });
  const error = new KubeError("conflict", {
    status: 409,
    reason: "Conflict",
    causes: [
      cause('conflict with "kubectl"', ".spec.replicas"),
      cause(
        'conflict with "hpa" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z',
        ".spec.replicas",
      ),
      cause('conflict with "a \\"b\\"" using apps/v1', ".data.x"),
      { reason: "FieldValueInvalid", message: "no", field: ".spec" },
    ],
  });
  assert.deepEqual(fieldConflicts(error), [
    { manager: "kubectl", subresource: undefined, field: ".spec.replicas" },
    { manager: "hpa", subresource: "scale", field: ".spec.replicas" },
    { manager: 'a "b"', subresource: undefined, field: ".data.x" },
  ]);
});
