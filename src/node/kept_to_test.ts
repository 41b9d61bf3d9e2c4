import assert from "node:assert/strict";
import { outsideNamespaces } from "./kept_to.ts";

const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const key = (namespace: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-config" });
const outside = (namespace: string, keptTo?: readonly string[], type = CONFIG_MAP) =>
  outsideNamespaces(keptTo, { id: "config", type, key: key(namespace) });

Deno.test("an operator that keeps to some namespaces has nothing in another one, or in none, and names the flag", () => {
  assert.equal(outside("c"), undefined);
  assert.equal(outside("b", ["a", "b"]), undefined);
  const other = outside("c", ["a", "b"]);
  assert.deepEqual([other?.state, other?.reason], ["Failed", "OutsideNamespaces"]);
  assert.match(
    other?.message ?? "",
    /config is to be in namespace c, .* --namespaces=a,b: add the namespace/,
  );
  const none = outside("", ["a", "b"], { ...CONFIG_MAP, namespaced: false });
  assert.match(none?.message ?? "", /belongs to no namespace, .* --namespaces=a,b: leave it/);
});
