import assert from "node:assert/strict";
import type { ManagedFieldsEntry } from "../kube/object.ts";
import { isFormer, parseFormerKey } from "./former.ts";

Deno.test("a key of the Go implementation's list is told apart, its namespace template and its missing name too", () => {
  assert.deepEqual(parseFormerKey("ConfigMap/default/acme-config@config"), {
    kind: "ConfigMap",
    namespace: "default",
    name: "acme-config",
    id: "config",
  });
  assert.deepEqual(parseFormerKey('Role/{{ index (splitList "/" .path) 0 }}/acme@role'), {
    kind: "Role",
    namespace: '{{ index (splitList "/" .path) 0 }}',
    name: "acme",
    id: "role",
  });
  assert.equal(parseFormerKey("ConfigMap/ns/@c")?.name, "");
  for (const other of ["", "ConfigMap/acme@a", "ConfigMap/ns/acme", "acme@a"]) {
    assert.equal(parseFormerKey(other), undefined, other);
  }
});

Deno.test("an object is the Go implementation's by its applies, or by the annotation that it alone writes", () => {
  const of = (...managedFields: ManagedFieldsEntry[]) => isFormer({ metadata: { managedFields } });
  const hash = { "f:metadata": { "f:annotations": { "f:lynq.sh/applied-hash": {} } } };
  assert(of({ manager: "lynq-operator", operation: "Apply", fieldsV1: {} }));
  assert(of({ manager: "manager", operation: "Update", fieldsV1: hash }));
  assert(!of({ manager: "manager", operation: "Update", fieldsV1: { "f:data": {} } }));
  assert(!of({ manager: "manager", operation: "Update", subresource: "status", fieldsV1: hash }));
  assert(!of({ manager: "lynq-operator", operation: "Update", fieldsV1: {} }));
  assert(!of({ manager: "kubectl", operation: "Update", fieldsV1: hash }));
  assert(!isFormer({ metadata: {} }));
});
