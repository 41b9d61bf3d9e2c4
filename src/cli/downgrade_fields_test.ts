import assert from "node:assert/strict";
import type { ManagedFieldsEntry } from "../kube/object.ts";
import { returnPatch } from "./downgrade_fields.ts";

function patched(...managedFields: ManagedFieldsEntry[]): unknown {
  return returnPatch({ metadata: { resourceVersion: "7", managedFields } });
}

const apply = (manager: string, fieldsV1: Record<string, unknown>): ManagedFieldsEntry => {
  return { manager, operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1 };
};

Deno.test("our applies become the Go implementation's, those of nodes that share an object one entry", () => {
  const helm = apply("helm", { "f:data": { "f:theirs": {} } });
  assert.deepEqual(
    patched(
      apply("lynq.uid-1", { "f:data": { "f:a": {} } }),
      helm,
      apply("lynq.uid-2", { "f:data": { "f:b": {} } }),
    ),
    [
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [apply("lynq-operator", { "f:data": { "f:a": {}, "f:b": {} } }), helm],
      },
    ],
  );
});

Deno.test("our other writes go to the manager of its other writes; status and strangers stay", () => {
  const status: ManagedFieldsEntry = {
    manager: "lynq",
    operation: "Update",
    subresource: "status",
    fieldsV1: {},
  };
  const update: ManagedFieldsEntry = { manager: "lynq", operation: "Update", apiVersion: "v1", fieldsV1: {} };
  const [, patch] = patched(update, status) as { value: ManagedFieldsEntry[] }[];
  assert.deepEqual(patch?.value, [{ ...update, manager: "manager" }, status]);
  assert.equal(patched(status, apply("helm", {})), undefined);
});
