import assert from "node:assert/strict";
import { recordOf } from "../../tests/support/child_objects.ts";
import {
  condition,
  formSpecOf,
  readyStatus,
  resourceOf,
  storedForm,
  storedHub,
  storedNode,
} from "../../tests/support/stored_objects.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import type { Caches } from "./caches.ts";
import { statusPort } from "./status_port.ts";

function port(of: { hubs?: StoredHub[]; forms?: StoredForm[]; nodes?: StoredNode[] }) {
  const cache = (values: readonly { namespace: string; name: string }[] = []) => ({
    values: () => values.map((value) => ({ value })),
    get: (key: string) =>
      values.map((value) => ({ value })).find((e) => `${e.value.namespace}/${e.value.name}` === key),
  });
  const caches = { hubs: cache(of.hubs), forms: cache(of.forms), nodes: cache(of.nodes) };
  return statusPort(() => caches as unknown as Caches);
}

const hubState = (status: StoredHub["status"]) => port({ hubs: [storedHub({ status })] }).hubs()[0]?.state;
const formState = (...conditions: ReturnType<typeof condition>[]) =>
  port({ forms: [storedForm({ status: { conditions } })] }).forms()[0]?.state;
const nodeState = (part: Partial<Pick<StoredNode, "status" | "deleting">>) =>
  port({ nodes: [storedNode({ row: "acme", form: "web" }, part)] }).node("ns", "acme-web")?.state;

Deno.test("before the caches are there, everything is empty", () => {
  const empty = statusPort(() => undefined);
  assert.deepEqual([empty.hubs(), empty.forms(), [...empty.nodes()], empty.node("ns", "a")], [
    [],
    [],
    [],
    undefined,
  ]);
});

Deno.test("a hub's state", () => {
  const conditions = [condition("Ready", "True")];
  assert.equal(hubState({}), "Unknown");
  assert.equal(hubState({ conditions: [condition("Ready", "False")], desired: 1, ready: 1 }), "Failed");
  assert.equal(hubState({ conditions, desired: 2, ready: 1 }), "Progressing");
  assert.equal(hubState({ conditions, desired: 2, ready: 1, failed: 1 }), "Failed");
  assert.equal(hubState({ conditions, desired: 2, ready: 2, failed: 0 }), "Ready");
});

Deno.test("a connected hub whose nodes failed says so, not that it is connected", () => {
  const conditions = [condition("Ready", "True")];
  const of = (failed: number) =>
    port({ hubs: [storedHub({ status: { conditions, desired: 2, ready: 1, failed } })] });
  assert.deepEqual([1, 0].map((failed) => of(failed).hubs()[0]?.reason), ["Failed", "Progressing"]);
});

Deno.test("a form's state", () => {
  assert.equal(formState(), "Unknown");
  assert.equal(formState(condition("Valid", "False")), "Failed");
  assert.equal(formState(condition("Valid", "True"), condition("Applied", "False")), "Progressing");
  assert.equal(formState(condition("Valid", "True"), condition("Applied", "True")), "Ready");
});

Deno.test("a node's state", () => {
  assert.equal(nodeState({}), "Unknown");
  assert.equal(nodeState({ status: readyStatus("True") }), "Ready");
  assert.equal(nodeState({ status: readyStatus("True"), deleting: true }), "Deleting");
  assert.equal(nodeState({ status: readyStatus("False", "NotAllResourcesReady") }), "Progressing");
  assert.equal(nodeState({ status: readyStatus("False", "ResourcesFailed") }), "Failed");
  const conflicted = { ...readyStatus("False", "ResourcesConflicted"), conflictedResources: 1 };
  assert.equal(nodeState({ status: conflicted }), "Conflicted");
});

Deno.test("a node's page shows its resources with state and reason, and no values of its row", () => {
  const status = {
    resources: [recordOf("a", { state: "Failed", reason: "ApplyFailed", message: "refused" })],
  };
  const node = storedNode({ row: "acme", form: "web" }, { status, spec: { values: { token: "s3cret" } } });
  const view = port({ nodes: [node] }).node("ns", "acme-web");
  assert.deepEqual(view?.resources.map(({ id, state, reason, message }) => [id, state, reason, message]), [
    ["a", "Failed", "ApplyFailed", "refused"],
  ]);
  assert(!JSON.stringify(view).includes("s3cret"));
});

Deno.test("a hub shows its interval and source, a form how many resources it has; no credentials", () => {
  const [hub] = port({ hubs: [storedHub()] }).hubs();
  assert.deepEqual([hub?.source, hub?.interval], ["sqlite", "30s"]);
  const spec = formSpecOf({ configMaps: [resourceOf({ id: "a" })], jobs: [resourceOf({ id: "b" })] });
  assert.equal(port({ forms: [storedForm({ spec })] }).forms()[0]?.resources, 2);
});
