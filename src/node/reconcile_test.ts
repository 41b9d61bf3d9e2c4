import assert from "node:assert/strict";
import { until } from "../../tests/support/cluster_objects.ts";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { findCondition } from "../api/conditions.ts";
import type { NodeStatus } from "../api/node.ts";

const configMap = (data: Record<string, string> = {}) => ({ apiVersion: "v1", kind: "ConfigMap", data });
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  spec: {
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "a:1" }] } },
  },
};
const of = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });
const states = (status: NodeStatus) =>
  Object.fromEntries((status.resources ?? []).map(({ id, state, reason }) => [id, reason ?? state]));
const ready = (status: NodeStatus) => findCondition(status.conditions, "Ready")?.status;

Deno.test("a pass writes each object and the status once, and the next one nothing", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec: configMap() }), resourceOf({ id: "b", spec: configMap() })]);
    const first = await lab.pass();
    assert.equal(ready(first.status), "True");
    assert.equal(first.writes, 3);
    const second = await lab.pass();
    assert.equal(second.writes, 0);
    assert.deepEqual(second.status, first.status);
    assert.deepEqual(second.verdict, { kind: "await" });
  });
});

Deno.test("a changed value writes the objects that read it, and no others", async () => {
  await withNode(async (lab) => {
    const resources = [
      resourceOf({ id: "reads", spec: configMap({ plan: "{{ .plan }}" }) }),
      resourceOf({ id: "other", spec: configMap() }),
    ];
    await lab.want(resources, { plan: "free", unread: "1" });
    await lab.pass();
    await lab.want(resources, { plan: "pro", unread: "2" });
    assert.equal((await lab.pass()).writes, 2);
    assert.deepEqual((await lab.objects.get(of("acme-reads")))?.["data"], { plan: "pro" });
  });
});

Deno.test("what times out fails what depends on it, and says so", async () => {
  await withNode(async (lab) => {
    await lab.want([
      resourceOf({ id: "slow", spec: deployment, timeoutSeconds: 60 }),
      resourceOf({ id: "after", spec: configMap(), dependIds: ["slow"] }),
    ]);
    const waiting = await lab.pass();
    assert.deepEqual(states(waiting.status), { slow: "NotReady", after: "WaitingForDependency" });
    assert.equal(waiting.verdict.kind, "requeue");
    lab.clock.ahead = 3600;
    const late = await lab.pass();
    assert.deepEqual(states(late.status), { slow: "ReadinessTimeout", after: "DependencySkipped" });
    assert.deepEqual(lab.events.events.map(({ reason }) => reason), [
      "ReadinessTimeout",
      "DependencySkipped",
    ]);
    assert.deepEqual(states((await lab.pass()).status), states(late.status));
  });
});

Deno.test("a resource that is no longer Once takes its change in the same pass", async () => {
  await withNode(async (lab) => {
    const data = async () => (await lab.objects.get(of("acme-a")))?.["data"];
    const made = (x: string, creationPolicy: "Once" | "WhenNeeded") =>
      lab.want([resourceOf({ id: "a", creationPolicy, spec: configMap({ x }) })]);
    await made("1", "Once");
    await lab.pass();
    await made("2", "Once");
    await lab.pass();
    assert.deepEqual(await data(), { x: "1" });
    await made("3", "WhenNeeded");
    await lab.pass();
    assert.deepEqual(await data(), { x: "3" });
  });
});

Deno.test("what was created once keeps its content when the record of it is lost", async () => {
  await withNode(async (lab) => {
    const secret = { apiVersion: "v1", kind: "Secret", stringData: { password: "{{ randAlphaNum 12 }}" } };
    await lab.want([resourceOf({ id: "a", creationPolicy: "Once", spec: secret })]);
    const { status } = await lab.pass();
    const which = { ...of("acme-a"), kind: "Secret" };
    const password = (await lab.objects.get(which))?.["data"];
    const forget = () =>
      lab.objects.merge({ ...of("acme-web"), apiVersion: "operator.lynq.sh/v1", kind: "LynqNode" }, {
        status: { resources: [] },
      }, "status");
    await forget();
    assert.deepEqual((await lab.pass()).status.appliedResources, status.appliedResources);
    await forget();
    await lab.objects.merge(which, { metadata: { labels: { "lynq.sh/node": null } } });
    await lab.pass();
    assert.deepEqual((await lab.objects.get(which))?.["data"], password);
    assert.equal((await lab.objects.get(which))?.metadata.labels?.["lynq.sh/node"], "acme-web");
  });
});

Deno.test("somebody else's object is left untouched and told, with the object and the remedy", async () => {
  await withNode(async (lab) => {
    await lab.objects.apply(
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: acme-a, namespace: default}, data: {x: theirs}}",
    );
    await lab.want([resourceOf({ id: "a", spec: configMap({ x: "ours" }) })]);
    const { status } = await lab.pass();
    assert.deepEqual(states(status), { a: "ResourceConflict" });
    assert.match(status.resources?.[0]?.message ?? "", /"test".*\.data\.x.*conflictPolicy: Force/);
    assert.deepEqual(status.appliedResources, []);
    assert.deepEqual((await lab.objects.get(of("acme-a")))?.["data"], { x: "theirs" });
    await lab.want([]);
    await lab.pass();
    assert(await lab.objects.get(of("acme-a")), "what never was ours is not deleted");
  });
});

Deno.test("a template that fails keeps the object that an earlier pass made, and the others go on", async () => {
  await withNode(async (lab) => {
    const of2 = (text: string) => [
      resourceOf({ id: "a", spec: configMap({ x: text }) }),
      resourceOf({ id: "b", spec: configMap() }),
    ];
    await lab.want(of2("1"));
    await lab.pass();
    await lab.want(of2("{{ .nope }}"));
    const { status } = await lab.pass();
    assert.deepEqual(states(status), { a: "TemplateRenderError", b: "Ready" });
    assert.deepEqual((await lab.objects.get(of("acme-a")))?.["data"], { x: "1" });
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a kind that is not served and a namespace that is missing are waited for, by name", async () => {
  await withNode(async (lab) => {
    await lab.want([
      resourceOf({ id: "kind", spec: { apiVersion: "x.io/v1", kind: "Widget" } }),
      resourceOf({ id: "ns", spec: configMap(), targetNamespace: "later" }),
    ]);
    const { status } = await lab.pass();
    assert.deepEqual(states(status), { kind: "KindNotFound", ns: "NamespaceMissing" });
    assert.deepEqual(lab.waiting.kinds.all(), ["default/acme-web"]);
    assert.deepEqual(lab.waiting.namespaces.of("later"), ["default/acme-web"]);
  });
});

Deno.test("what leaves the form goes, what is retained stays without its node's marks", async () => {
  await withNode(async (lab) => {
    await lab.want([
      resourceOf({ id: "goes", spec: configMap() }),
      resourceOf({ id: "stays", spec: configMap(), deletionPolicy: "Retain" }),
    ]);
    await lab.pass();
    await lab.want([]);
    const { status } = await lab.pass();
    assert.deepEqual(status.resources, []);
    assert.equal(await lab.objects.get(of("acme-goes")), undefined);
    const kept = (await lab.objects.get(of("acme-stays")))?.metadata;
    assert.deepEqual(kept?.labels, { "lynq.sh/orphaned": "true" });
    assert.equal(kept?.annotations?.["lynq.sh/orphaned-reason"], "RemovedFromTemplate");
  });
});

Deno.test("a deleted node takes its children along before its finalizer goes", async () => {
  await withNode(async (lab) => {
    await lab.want([
      resourceOf({ id: "a", spec: configMap() }),
      resourceOf({ id: "b", spec: configMap(), dependIds: ["a"] }),
    ]);
    await lab.pass();
    await lab.remove();
    await lab.pass();
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
    assert.equal(await lab.objects.get(of("acme-b")), undefined);
    assert.equal(await lab.stored(), undefined);
    assert.equal(lab.events.events.at(-1)?.reason, "LynqNodeDeleted");
  });
});

Deno.test("a cycle stops the node before anything is written, and tells its path", async () => {
  await withNode(async (lab) => {
    await lab.want([
      resourceOf({ id: "a", spec: configMap(), dependIds: ["b"] }),
      resourceOf({ id: "b", spec: configMap(), dependIds: ["a"] }),
    ]);
    const { status, writes } = await lab.pass();
    assert.equal(writes, 1);
    assert.match(findCondition(status.conditions, "Ready")?.message ?? "", /a -> b -> a/);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a node waits for the object that another one has until that is let go of, and has it then", async () => {
  await withNode(async (lab) => {
    await lab.objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: acme-a, namespace: default, labels: {lynq.sh/node: b-web, lynq.sh/node-namespace: default}}
`);
    await lab.want(["a", "b"].map((id) => resourceOf({ id, spec: configMap() })));
    assert.deepEqual(states((await lab.pass()).status), { a: "ResourceConflict", b: "Ready" });
    const waiting = (id: string) => lab.waiting.objects.of(`/ConfigMap default/acme-${id}`);
    assert.deepEqual([waiting("a"), waiting("b")], [["default/acme-web"], []]);
    await lab.objects.remove(of("acme-a"));
    const status = await until("the watch to tell of it", async () => {
      const { status } = await lab.pass();
      return ready(status) === "True" && status;
    });
    assert.deepEqual(states(status), { a: "Ready", b: "Ready" });
    assert.deepEqual(waiting("a"), []);
  });
});
