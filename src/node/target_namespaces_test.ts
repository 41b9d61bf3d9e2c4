import assert from "node:assert/strict";
import { outsideTargets, targetNamespaces } from "./target_namespaces.ts";

const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const NAMESPACE = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
const CLUSTER_ROLE = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};

function outside(patterns: readonly string[] | undefined, namespace: string) {
  const key = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-config" };
  return outsideTargets(targetNamespaces(patterns), { id: "config", type: CONFIG_MAP, key });
}

Deno.test("Kubernetes' own namespaces are closed unless the flag opens them", () => {
  for (const namespace of ["kube-system", "kube-public", "kube-node-lease", "kube-flannel"]) {
    assert.equal(outside(undefined, namespace)?.reason, "NamespaceNotAllowed");
    assert.equal(outside(["*"], namespace), undefined);
    assert.equal(outside([namespace], namespace), undefined);
  }
  for (const namespace of ["default", "kube", "kubernetes-dashboard", "my-kube-system"]) {
    assert.equal(outside(undefined, namespace), undefined);
  }
});

Deno.test("names are exact, a star is any characters, and the flag is named", () => {
  const patterns = ["team-a", "tenant-*", "*-shared-*"];
  for (const namespace of ["team-a", "tenant-x", "tenant-", "a-shared-b"]) {
    assert.equal(outside(patterns, namespace), undefined, namespace);
  }
  for (const namespace of ["team-ab", "a-team-a", "my-tenant-x", "shared", ""]) {
    assert.notEqual(outside(patterns, namespace), undefined, namespace);
  }
  const settled = outside(patterns, "team-b");
  assert.deepEqual([settled?.state, settled?.reason], ["Failed", "NamespaceNotAllowed"]);
  assert.match(
    settled?.message ?? "",
    /ConfigMap acme-config of config is to be in namespace team-b, .*--target-namespaces=team-a,tenant-\*,/,
  );
});

Deno.test("a Namespace counts as the namespace that it is, other kinds without namespace are left to the rights", () => {
  const targets = targetNamespaces(["tenant-*"]);
  const of = (type: typeof NAMESPACE, name: string) =>
    outsideTargets(targets, {
      id: "x",
      type,
      key: { apiVersion: "v1", kind: type.kind, namespace: "", name },
    });
  assert.equal(of(NAMESPACE, "tenant-a"), undefined);
  assert.equal(of(NAMESPACE, "kube-system")?.reason, "NamespaceNotAllowed");
  assert.equal(of(CLUSTER_ROLE, "admin"), undefined);
});
