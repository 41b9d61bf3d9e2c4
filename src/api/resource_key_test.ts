import assert from "node:assert/strict";
import { appliedKeyText, namespacedName, objectKeyText, parseNamespacedName } from "./resource_key.ts";

const key = { apiVersion: "apps/v1", kind: "Deployment", namespace: "ns", name: "web" };

Deno.test("an object keeps its identity when its version moves on, not when its group changes", () => {
  assert.equal(objectKeyText(key), "apps/Deployment/ns/web");
  assert.equal(objectKeyText({ ...key, apiVersion: "apps/v1beta1" }), objectKeyText(key));
  assert.notEqual(objectKeyText({ ...key, apiVersion: "other.io/v1" }), objectKeyText(key));
});

Deno.test("a core object has an empty group, a cluster-scoped one an empty namespace", () => {
  assert.equal(
    objectKeyText({ apiVersion: "v1", kind: "Namespace", namespace: "", name: "a" }),
    "/Namespace//a",
  );
});

Deno.test("appliedResources are told as Kind/namespace/name@id", () => {
  assert.equal(appliedKeyText({ ...key, id: "app" }), "Deployment/ns/web@app");
});

Deno.test("a queue key splits into what it was made of", () => {
  assert.deepEqual(parseNamespacedName(namespacedName({ namespace: "ns", name: "a.b" })), {
    namespace: "ns",
    name: "a.b",
  });
  assert.equal(namespacedName({}), "/");
});
