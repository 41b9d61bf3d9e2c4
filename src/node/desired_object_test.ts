import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import type { RenderedResource } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { toDesiredObject } from "./desired_object.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1", spec: { uid: "acme" } };
const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const CLUSTER_ROLE = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};

function rendered(policy: Partial<Resource> = {}, object: Partial<KubeObject> = {}): RenderedResource {
  return {
    kind: "rendered",
    id: "a",
    policy: resourceOf({ id: "a", ...policy }),
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "acme-a" }, ...object },
    namespace: "ns",
    name: "acme-a",
    inputs: "in",
  };
}

const TRACKED = ["lynq.sh/bucket", "lynq.sh/node", "lynq.sh/node-namespace"];

Deno.test("tracking labels lie over the author's, annotations beside them", () => {
  const metadata = {
    name: "acme-a",
    labels: { app: "x", "lynq.sh/node": "forged" },
    annotations: { note: "n" },
  };
  const { object } = toDesiredObject(rendered({}, { metadata }), CONFIG_MAP, node);
  assert.deepEqual(Object.keys(object.metadata.labels ?? {}).sort(), ["app", ...TRACKED]);
  assert.equal(object.metadata.labels?.["lynq.sh/node"], "acme-web");
  assert.deepEqual(object.metadata.annotations, { note: "n", "lynq.sh/deletion-policy": "Delete" });
});

Deno.test("an owner stands where Kubernetes allows one and the object goes with the node", () => {
  const owners = (policy: Partial<Resource>, namespace = "ns") =>
    toDesiredObject({ ...rendered(policy), namespace }, CONFIG_MAP, node).object.metadata.ownerReferences;
  assert.deepEqual(owners({}), [{
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    name: "acme-web",
    uid: "u1",
    controller: true,
    blockOwnerDeletion: true,
  }]);
  assert.equal(owners({}, "other"), undefined);
  assert.equal(owners({ deletionPolicy: "Retain" }), undefined);
});

Deno.test("a cluster-scoped object has neither namespace nor owner, but the labels", () => {
  const { key, object } = toDesiredObject(
    rendered({}, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" }),
    CLUSTER_ROLE,
    node,
  );
  assert.deepEqual(key, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    namespace: "",
    name: "acme-a",
  });
  assert(!("namespace" in object.metadata));
  assert(!("ownerReferences" in object.metadata));
  assert.deepEqual(Object.keys(object.metadata.labels ?? {}).sort(), TRACKED);
});

Deno.test("what nodes of several buckets may share is in none", () => {
  const namespace = { ...CLUSTER_ROLE, group: "", version: "v1", kind: "Namespace", plural: "namespaces" };
  const { object } = toDesiredObject(rendered({}, { apiVersion: "v1", kind: "Namespace" }), namespace, node);
  assert.deepEqual(Object.keys(object.metadata.labels ?? {}).sort(), TRACKED.slice(1));
});

Deno.test("the rendered namespace wins over the one that the author wrote inside", () => {
  const metadata = { name: "acme-a", namespace: "inner" };
  const { object } = toDesiredObject(rendered({}, { metadata }), CONFIG_MAP, node);
  assert.equal(object.metadata.namespace, "ns");
});

Deno.test("Once and Retain are written on the object", () => {
  const policy = { creationPolicy: "Once", deletionPolicy: "Retain" } as const;
  assert.deepEqual(toDesiredObject(rendered(policy), CONFIG_MAP, node).object.metadata.annotations, {
    "lynq.sh/created-once": "true",
    "lynq.sh/deletion-policy": "Retain",
  });
});

Deno.test("equal objects have one hash, whatever the order of keys", () => {
  const hash = (data: Record<string, string>) =>
    toDesiredObject(rendered({}, { data }), CONFIG_MAP, node).hash;
  assert.equal(hash({ a: "1", b: "2" }), hash({ b: "2", a: "1" }));
  assert.notEqual(hash({ a: "1" }), hash({ a: "2" }));
  assert.match(hash({}), /^[0-9a-f]{16}$/);
});

Deno.test("a Secret's hash is that of what is applied: stringData as data", () => {
  const type = { ...CONFIG_MAP, kind: "Secret", plural: "secrets" };
  const of = (body: Record<string, unknown>) =>
    toDesiredObject(rendered({}, { kind: "Secret", ...body }), type, node);
  assert.equal(of({ stringData: { a: "x" } }).hash, of({ data: { a: "eA==" } }).hash);
  assert(!("stringData" in of({ stringData: { a: "x" } }).object));
});
