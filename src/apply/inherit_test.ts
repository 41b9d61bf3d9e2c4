import assert from "node:assert/strict";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { inheritPatch } from "./inherit.ts";

const desired: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", labels: { app: "x" } },
  data: { plan: "pro" },
};

function entry(part: Partial<ManagedFieldsEntry>): ManagedFieldsEntry {
  return { operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", ...part };
}

const MARKS = { "f:metadata": { "f:annotations": { "f:lynq.sh/applied-hash": {} } } };

function liveWith(managedFields: ManagedFieldsEntry[], annotations: Record<string, string> = {}): KubeObject {
  return { ...desired, metadata: { ...desired.metadata, resourceVersion: "7", annotations, managedFields } };
}

function entriesAfter(managedFields: ManagedFieldsEntry[], wanted = desired): ManagedFieldsEntry[] {
  const live = liveWith(managedFields, { "lynq.sh/applied-hash": "0123456789abcdef" });
  const patch = inheritPatch({ live, desired: wanted, manager: "lynq" });
  return patch?.find(({ path }) => path === "/metadata/managedFields")?.value as ManagedFieldsEntry[];
}

Deno.test("an object that the Go implementation did not write is left as it is", () => {
  const live = liveWith([entry({ manager: "manager", operation: "Update", fieldsV1: { "f:data": {} } })]);
  assert.equal(inheritPatch({ live, desired, manager: "lynq" }), undefined);
});

Deno.test("all that its applies own becomes ours, guarded by the version, and its annotations go", () => {
  const fieldsV1 = { ...MARKS, "f:data": { "f:plan": {}, "f:left": {} } };
  const live = liveWith([entry({ manager: "lynq-operator", fieldsV1 })], { "lynq.sh/applied-hash": "h" });
  assert.deepEqual(inheritPatch({ live, desired, manager: "lynq.uid" }), [
    { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    {
      op: "replace",
      path: "/metadata/managedFields",
      value: [entry({ manager: "lynq.uid", fieldsV1: { "f:data": fieldsV1["f:data"] } })],
    },
    { op: "remove", path: "/metadata/annotations/lynq.sh~1applied-hash" },
  ]);
});

Deno.test("of the manager that other programs use, too, only what is wanted becomes ours", () => {
  const theirs = { "f:metadata": { "f:finalizers": { ".": {}, 'v:"their/finalizer"': {} } } };
  const fieldsV1 = {
    "f:metadata": {
      "f:annotations": { ".": {}, "f:lynq.sh/applied-hash": {}, "f:their/note": {} },
      "f:labels": { ".": {}, "f:app": {} },
      ...theirs["f:metadata"],
    },
    "f:data": { ".": {}, "f:plan": {}, "f:theirs": {} },
  };
  const after = entriesAfter([entry({ manager: "manager", operation: "Update", fieldsV1 })]);
  assert.deepEqual(after, [
    entry({
      manager: "lynq",
      fieldsV1: {
        "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
        "f:data": { ".": {}, "f:plan": {} },
      },
    }),
    entry({
      manager: "manager",
      operation: "Update",
      fieldsV1: {
        "f:metadata": { "f:annotations": { ".": {}, "f:their/note": {} }, ...theirs["f:metadata"] },
        "f:data": { "f:theirs": {} },
      },
    }),
  ]);
});

Deno.test("status and the entries of others stay", () => {
  const status = entry({
    manager: "manager",
    operation: "Update",
    subresource: "status",
    fieldsV1: { "f:status": {} },
  });
  const helm = entry({ manager: "helm", operation: "Update", fieldsV1: { "f:data": { "f:plan": {} } } });
  const after = entriesAfter([entry({ manager: "lynq-operator", fieldsV1: MARKS }), status, helm]);
  assert.deepEqual(after, [status, helm]);
});

Deno.test("ours and theirs become one entry; fields of another version of the kind are given up", () => {
  const own = entry({ manager: "lynq", fieldsV1: { "f:data": { "f:a": {} } } });
  const former = { manager: "lynq-operator", fieldsV1: { "f:data": { "f:b": {} } } };
  assert.deepEqual(entriesAfter([own, entry(former)]), [
    { ...own, fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } } },
  ]);
  assert.deepEqual(entriesAfter([own, entry({ ...former, apiVersion: "v0" })]), [own]);
});

Deno.test("a Secret's stringData is owned as data, where it is stored", () => {
  const secret = { ...desired, kind: "Secret", data: { password: "cHc=" } };
  const fieldsV1 = { "f:stringData": { "f:password": {}, "f:old": {} } };
  const [own] = entriesAfter([entry({ manager: "lynq-operator", fieldsV1 })], secret);
  assert.deepEqual(own?.fieldsV1, { "f:data": { "f:password": {}, "f:old": {} } });
});

Deno.test("a Deployment keeps the annotations, as nobody's, since their change would be a new generation of it", () => {
  const app = { ...desired, apiVersion: "apps/v1", kind: "Deployment" };
  const managedFields = [entry({ manager: "lynq-operator", apiVersion: "apps/v1", fieldsV1: MARKS })];
  const patch = inheritPatch({
    live: liveWith(managedFields, { "lynq.sh/applied-hash": "h" }),
    desired: app,
    manager: "lynq",
  });
  assert.deepEqual(patch?.slice(1), [{ op: "replace", path: "/metadata/managedFields", value: [] }]);
});
