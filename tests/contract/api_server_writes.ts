import assert from "node:assert/strict";
import type { AnswerBody } from "../support/answer_body.ts";
import { type ApiServerCase, configMap, deployment } from "./api_server_case.ts";

/** Replacing, patching, applying and scaling objects. */
export const writeCases: readonly ApiServerCase[] = [
  {
    name: "a stale resourceVersion is a conflict, and an update without a change stores nothing",
    run: async (on) => {
      const made = await on.create(on.core("/configmaps"), configMap("a", { data: { k: "1" } }));
      const path = on.core("/configmaps/a");
      const same = await on.ask("PUT", path, { body: made.body });
      assert.equal(same.status, 200);
      assert.equal(same.body.metadata.resourceVersion, made.body.metadata.resourceVersion);
      const changed = await on.ask("PUT", path, { body: { ...made.body, data: { k: "2" } } });
      assert.equal(changed.status, 200);
      assert.ok(Number(changed.body.metadata.resourceVersion) > Number(made.body.metadata.resourceVersion));
      const stale = await on.ask("PUT", path, { body: { ...made.body, data: { k: "3" } } });
      assert.equal(stale.status, 409);
      assert.equal(stale.body.reason, "Conflict");
      assert.equal(
        stale.body.message,
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to ' +
          "the latest version and try again",
      );
    },
  },
  {
    name: "an update of an absent object is a 404, and of another name a 400",
    run: async (on) => {
      const absent = await on.ask("PUT", on.core("/configmaps/a"), { body: configMap("a") });
      assert.equal(absent.status, 404);
      await on.create(on.core("/configmaps"), configMap("a"));
      const other = await on.ask("PUT", on.core("/configmaps/a"), { body: configMap("b") });
      assert.equal(other.status, 400);
      assert.equal(other.body.message, "the name of the object (b) does not match the name on the URL (a)");
    },
  },
  {
    name:
      "the generation counts changes of the spec only, and the status is written through its subresource only",
    run: async (on) => {
      const path = on.group("apps/v1", "/deployments/web");
      await on.create(on.group("apps/v1", "/deployments"), deployment("web", { paused: true, replicas: 0 }));
      const labelled = await on.patch(path, "merge", {
        metadata: { labels: { a: "b" } },
        status: { replicas: 9 },
      });
      assert.equal(labelled.body.metadata.generation, 1);
      assert.notEqual(labelled.body.status?.replicas, 9);
      const scaled = await on.patch(path, "merge", { spec: { minReadySeconds: 2 } });
      assert.equal(scaled.body.metadata.generation, 2);
      const status = await on.patch(`${path}/status`, "merge", {
        spec: { minReadySeconds: 3 },
        status: { collisionCount: 4 },
      });
      assert.equal(status.status, 200);
      assert.equal(status.body.metadata.generation, 2);
      assert.equal(status.body.spec.minReadySeconds, 2);
      assert.equal(status.body.status.collisionCount, 4);
    },
  },
  {
    name: "the scale subresource reads and writes replicas",
    run: async (on) => {
      const path = on.group("apps/v1", "/deployments/web");
      await on.create(on.group("apps/v1", "/deployments"), deployment("web", { paused: true, replicas: 0 }));
      const scale = await on.get(`${path}/scale`);
      assert.equal(scale.body.kind, "Scale");
      assert.equal(scale.body.apiVersion, "autoscaling/v1");
      assert.equal(scale.body.spec.replicas ?? 0, 0);
      assert.equal(scale.body.status.selector, "app=web");
      const patched = await on.patch(`${path}/scale`, "merge", { spec: { replicas: 3 } });
      assert.equal(patched.status, 200);
      assert.equal(patched.body.kind, "Scale");
      assert.equal(patched.body.spec.replicas, 3);
      assert.equal((await on.get(path)).body.spec.replicas, 3);
    },
  },
  {
    name: "merge patches delete with null, JSON patches test, move and append",
    run: async (on) => {
      const path = on.core("/configmaps/a");
      await on.create(on.core("/configmaps"), configMap("a", { data: { x: "1", y: "2" } }));
      const merged = await on.patch(path, "merge", { data: { x: null, z: "3" } });
      assert.deepEqual(merged.body.data, { y: "2", z: "3" });
      const patched = await on.patch(path, "json", [
        { op: "test", path: "/data/y", value: "2" },
        { op: "move", from: "/data/y", path: "/data/w" },
        { op: "add", path: "/data/a~1b", value: "4" },
      ]);
      assert.equal(patched.status, 422, "a key with a slash is no valid key of a ConfigMap");
      const moved = await on.patch(path, "json", [{ op: "move", from: "/data/y", path: "/data/w" }]);
      assert.deepEqual(moved.body.data, { w: "2", z: "3" });
      const failed = await on.patch(path, "json", [{ op: "test", path: "/data/w", value: "9" }]);
      assert.equal(failed.status, 422);
      assert.equal(failed.body.reason, "Invalid");
    },
  },
  {
    name: "strategic merge patches merge containers by name",
    run: async (on) => {
      const path = on.group("apps/v1", "/deployments/web");
      await on.create(on.group("apps/v1", "/deployments"), deployment("web", { paused: true, replicas: 0 }));
      const added = await on.patch(path, "strategic", {
        spec: { template: { spec: { containers: [{ name: "side", image: "busybox:1" }] } } },
      });
      assert.equal(added.status, 200);
      const names = (body: AnswerBody) => body.spec.template.spec.containers.map(({ name }) => name).sort();
      assert.deepEqual(names(added.body), ["main", "side"]);
      const removed = await on.patch(path, "strategic", {
        spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } },
      });
      assert.deepEqual(names(removed.body), ["main"]);
    },
  },
  {
    name: "a patch type that is none is a 415",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("a"));
      const refused = await on.ask("PATCH", on.core("/configmaps/a"), {
        body: {},
        contentType: "application/json",
      });
      assert.equal(refused.status, 415);
      assert.equal(refused.body.reason, "UnsupportedMediaType");
    },
  },
  {
    name: "an apply with resourceVersion 1 creates what is absent and leaves what exists, even with force",
    run: async (on) => {
      const path = on.core("/configmaps/a");
      const body = configMap("a", { metadata: { resourceVersion: "1" }, data: { k: "1" } });
      const first = await on.apply(path, body);
      assert.equal(first.status, 201);
      const again = await on.apply(path, { ...body, data: { k: "2" } }, "fieldManager=contract&force=true");
      assert.equal(again.status, 409);
      assert.equal(again.body.reason, "Conflict");
      assert.deepEqual((await on.get(path)).body.data, { k: "1" });
    },
  },
  {
    name: "an apply over another manager's field is a conflict that names field and manager",
    run: async (on) => {
      const path = on.core("/configmaps/a");
      await on.apply(path, configMap("a", { data: { k: "1" } }), "fieldManager=first");
      const conflict = await on.apply(path, configMap("a", { data: { k: "2" } }), "fieldManager=second");
      assert.equal(conflict.status, 409);
      assert.deepEqual(conflict.body.details.causes, [{
        reason: "FieldManagerConflict",
        message: 'conflict with "first"',
        field: ".data.k",
      }]);
      const forced = await on.apply(
        path,
        configMap("a", { data: { k: "2" } }),
        "fieldManager=second&force=true",
      );
      assert.equal(forced.status, 200);
      const managers = forced.body.metadata.managedFields.map((entry) => entry.manager);
      assert.deepEqual(managers, ["second"]);
    },
  },
  {
    name: "what an applier leaves out is taken away, and an equal apply stores nothing",
    run: async (on) => {
      const path = on.core("/configmaps/a");
      const both = await on.apply(path, configMap("a", { data: { k: "1", l: "2" } }));
      const equal = await on.apply(path, configMap("a", { data: { k: "1", l: "2" } }));
      assert.equal(equal.body.metadata.resourceVersion, both.body.metadata.resourceVersion);
      const less = await on.apply(path, configMap("a", { data: { k: "1" } }));
      assert.equal(less.status, 200);
      assert.deepEqual(less.body.data, { k: "1" });
    },
  },
  {
    name: "an apply needs a field manager",
    run: async (on) => {
      const refused = await on.apply(on.core("/configmaps/a"), configMap("a"), "");
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "fieldManager");
    },
  },
  {
    name: "a Deployment's selector can't be changed",
    run: async (on) => {
      const path = on.group("apps/v1", "/deployments/web");
      await on.create(on.group("apps/v1", "/deployments"), deployment("web", { paused: true, replicas: 0 }));
      const labels = { matchLabels: { app: "other" } };
      const refused = await on.patch(path, "merge", {
        spec: { selector: labels, template: { metadata: { labels: { app: "other" } } } },
      });
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "spec.selector");
    },
  },
];
