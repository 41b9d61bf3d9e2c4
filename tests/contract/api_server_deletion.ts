import assert from "node:assert/strict";
import { type ApiServerCase, type CaseClient, configMap } from "./api_server_case.ts";

async function ownerAndChild(on: CaseClient, blocks = false): Promise<string> {
  const owner = await on.create(on.core("/configmaps"), configMap("owner"));
  const { uid } = owner.body.metadata;
  const ownerReferences = [{
    apiVersion: "v1",
    kind: "ConfigMap",
    name: "owner",
    uid,
    blockOwnerDeletion: blocks,
  }];
  await on.create(on.core("/configmaps"), configMap("child", { metadata: { ownerReferences } }));
  return uid;
}

/** Deletion: finalizers, preconditions, owners, namespaces. */
export const deletionCases: readonly ApiServerCase[] = [
  {
    name: "a deletion answers Success with the UID",
    run: async (on) => {
      const made = await on.create(on.core("/configmaps"), configMap("a"));
      const deleted = await on.delete(on.core("/configmaps/a"));
      assert.equal(deleted.status, 200);
      assert.deepEqual(deleted.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", kind: "configmaps", uid: made.body.metadata.uid },
      });
      assert.equal((await on.delete(on.core("/configmaps/a"))).status, 404);
    },
  },
  {
    name: "a UID precondition protects another object of the name",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("a"));
      const refused = await on.delete(on.core("/configmaps/a"), { preconditions: { uid: "other" } });
      assert.equal(refused.status, 409);
      assert.match(
        refused.body.message,
        /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(other\) does not match the UID/,
      );
      assert.equal((await on.get(on.core("/configmaps/a"))).status, 200);
    },
  },
  {
    name: "a finalizer holds an object until it is taken off, and no new one comes meanwhile",
    run: async (on) => {
      const path = on.core("/configmaps/a");
      await on.create(
        on.core("/configmaps"),
        configMap("a", { metadata: { finalizers: ["example.com/hold"] } }),
      );
      const deleted = await on.delete(path);
      assert.equal(deleted.status, 200);
      assert.equal(deleted.body.kind, "ConfigMap");
      assert.ok(deleted.body.metadata.deletionTimestamp);
      assert.equal(deleted.body.metadata.deletionGracePeriodSeconds, 0);
      const added = await on.patch(path, "merge", {
        metadata: { finalizers: ["example.com/hold", "example.com/more"] },
      });
      assert.equal(added.status, 422);
      assert.equal(added.body.details.causes[0].reason, "FieldValueForbidden");
      assert.equal(added.body.details.causes[0].field, "metadata.finalizers");
      const freed = await on.patch(path, "merge", { metadata: { finalizers: null } });
      assert.equal(freed.status, 200);
      assert.equal((await on.get(path)).status, 404);
    },
  },
  {
    name: "dependents follow their owner in the background",
    run: async (on) => {
      await ownerAndChild(on);
      await on.delete(on.core("/configmaps/owner"), { propagationPolicy: "Background" });
      await on.gone(on.core("/configmaps/child"));
    },
  },
  {
    name: "orphaned dependents stay without their owner",
    run: async (on) => {
      await ownerAndChild(on);
      const deleted = await on.delete(on.core("/configmaps/owner"), { propagationPolicy: "Orphan" });
      assert.deepEqual(deleted.body.metadata.finalizers, ["orphan"]);
      await on.gone(on.core("/configmaps/owner"));
      const child = await on.get(on.core("/configmaps/child"));
      assert.equal(child.status, 200);
      assert.equal(child.body.metadata.ownerReferences, undefined);
    },
  },
  {
    name: "foreground deletion waits for dependents that block it",
    run: async (on) => {
      await ownerAndChild(on, true);
      await on.patch(on.core("/configmaps/child"), "merge", {
        metadata: { finalizers: ["example.com/hold"] },
      });
      const deleted = await on.delete(on.core("/configmaps/owner"), { propagationPolicy: "Foreground" });
      assert.deepEqual(deleted.body.metadata.finalizers, ["foregroundDeletion"]);
      await on.eventually(async () => {
        const child = await on.get(on.core("/configmaps/child"));
        assert.ok(child.body.metadata.deletionTimestamp);
      });
      assert.equal((await on.get(on.core("/configmaps/owner"))).status, 200);
      await on.patch(on.core("/configmaps/child"), "merge", { metadata: { finalizers: null } });
      await on.gone(on.core("/configmaps/child"));
      await on.gone(on.core("/configmaps/owner"));
    },
  },
  {
    name: "a dependent whose owner is not there is collected",
    run: async (on) => {
      const ownerReferences = [{
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "ghost",
        uid: crypto.randomUUID(),
      }];
      await on.create(on.core("/configmaps"), configMap("child", { metadata: { ownerReferences } }));
      await on.gone(on.core("/configmaps/child"));
    },
  },
  {
    name: "a terminating namespace takes no new objects and goes when it is empty",
    run: async (on) => {
      const namespace = `/api/v1/namespaces/${on.namespace}-x`;
      const made = await on.create("/api/v1/namespaces", { metadata: { name: `${on.namespace}-x` } });
      assert.equal(made.body.status.phase, "Active");
      assert.equal(made.body.metadata.labels["kubernetes.io/metadata.name"], `${on.namespace}-x`);
      const held = configMap("held", { metadata: { finalizers: ["example.com/hold"] } });
      await on.create(`${namespace}/configmaps`, held);
      const deleted = await on.delete(namespace);
      assert.equal(deleted.body.status.phase, "Terminating");
      const refused = await on.create(`${namespace}/configmaps`, configMap("late"));
      assert.equal(refused.status, 403);
      assert.equal(refused.body.reason, "Forbidden");
      assert.equal(refused.body.details.causes[0].reason, "NamespaceTerminating");
      await on.eventually(async () => {
        const found = await on.get(`${namespace}/configmaps/held`);
        assert.ok(found.body.metadata.deletionTimestamp);
      });
      await on.patch(`${namespace}/configmaps/held`, "merge", { metadata: { finalizers: null } });
      await on.gone(namespace);
    },
  },
  {
    name: "a namespace gets its service account, and the default namespace can't be deleted",
    run: async (on) => {
      await on.eventually(async () => {
        assert.equal((await on.get(on.core("/serviceaccounts/default"))).status, 200);
        assert.equal((await on.get(on.core("/configmaps/kube-root-ca.crt"))).status, 200);
      });
      const refused = await on.delete("/api/v1/namespaces/default");
      assert.equal(refused.status, 403);
      assert.equal(
        refused.body.message,
        'namespaces "default" is forbidden: this namespace may not be deleted',
      );
    },
  },
];
