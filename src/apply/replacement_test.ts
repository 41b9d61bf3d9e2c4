import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { replacement } from "./replacement.ts";

const OURS = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "n", uid: "n1", controller: true };
const THEIRS = { apiVersion: "v1", kind: "ConfigMap", name: "c", uid: "c1" };
const live: KubeObject = {
  metadata: {
    resourceVersion: "7",
    finalizers: ["x/y"],
    labels: { ours: "old", left: "the form", theirs: "1" },
    annotations: { "deployment.kubernetes.io/revision": "3" },
    ownerReferences: [{ ...OURS, uid: "former" }, THEIRS],
    managedFields: [{
      manager: "lynq",
      operation: "Update",
      fieldsV1: { "f:metadata": { "f:labels": { "f:ours": {}, "f:left": {} } } },
    }],
  },
  data: { theirs: "1" },
};

Deno.test("a replacement keeps what others need: finalizers, owners, their labels and annotations", () => {
  const wanted = {
    metadata: { name: "a", labels: { ours: "new" }, ownerReferences: [OURS] },
    data: { a: "1" },
  };
  assert.deepEqual(replacement(wanted, live, "lynq"), {
    metadata: {
      name: "a",
      labels: { theirs: "1", ours: "new" },
      annotations: { "deployment.kubernetes.io/revision": "3" },
      resourceVersion: "7",
      finalizers: ["x/y"],
      ownerReferences: [OURS, THEIRS],
    },
    data: { a: "1" },
  });
});
