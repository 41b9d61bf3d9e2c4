import assert from "node:assert/strict";
import { changesBetween } from "./demo_changes.ts";
import { demoNode, demoResource, tenant } from "../../tests/support/demo_samples.ts";
import { countsOf, type DemoState, isSettled, unsettled } from "./demo_state.ts";

const FORMS = ["data", "web"];

function state(...tenants: DemoState["tenants"]): DemoState {
  return { tenants, forms: FORMS, hubProblem: "" };
}

const settled = state(tenant("acme", [demoNode("acme-data"), demoNode("acme-web")]));

Deno.test("a row is settled with a Ready node of every form", () => {
  assert.equal(isSettled(settled), true);
  assert.equal(isSettled(state(tenant("acme", [demoNode("acme-data")]))), false);
  assert.equal(isSettled(state()), false);
  assert.deepEqual(countsOf(settled), { rows: 1, nodes: 2, readyNodes: 2, resources: 2, readyResources: 2 });
});

Deno.test("a row that is gone or inactive is settled without nodes", () => {
  assert.equal(isSettled(state({ ...tenant("acme", []), row: "inactive" })), true);
  assert.equal(isSettled(state({ ...tenant("acme", [demoNode("acme-web")]), row: "gone" })), false);
});

Deno.test("what is not ready is told with its node, resource and reason", () => {
  const failed = demoNode("acme-web", {
    progress: "Failed",
    resources: [demoResource({ state: "Failed", message: "image is missing" })],
  });
  assert.deepEqual(
    unsettled({ ...state(tenant("acme", [failed])), hubProblem: "ConnectionFailed: refused" }),
    [
      "the hub: ConnectionFailed: refused",
      "row acme: no LynqNode of the form data yet",
      "LynqNode acme-web: Deployment node-acme/web is Failed: image is missing",
    ],
  );
});

Deno.test("nothing happened between two equal states", () => {
  assert.deepEqual(changesBetween(settled, settled), []);
});

Deno.test("a row that comes and its nodes are told until all of it is Ready", () => {
  const first = state(tenant("acme", [demoNode("acme-data", { progress: "Waiting", ready: 0 })]));
  assert.deepEqual(changesBetween(state(), first), [{ tone: "row", text: "row acme (pro)" }]);
  assert.deepEqual(changesBetween(first, settled), [
    { tone: "progress", text: "acme-data is Ready: 1 resource" },
    { tone: "progress", text: "acme-web is Ready: 1 resource" },
    { tone: "ready", text: "acme is Ready: 2 nodes, 2 resources" },
  ]);
});

Deno.test("a write that nobody asked for is a repair, one of something else an update", () => {
  const before = state(tenant("acme", [demoNode("acme-web")]));
  const after = (changed: Parameters<typeof demoResource>[0]) =>
    state(tenant("acme", [demoNode("acme-web", { resources: [demoResource(changed)] })]));
  const told = (changed: Parameters<typeof demoResource>[0]) => changesBetween(before, after(changed));
  assert.deepEqual(told({ written: "t2" }), [
    { tone: "repair", text: "Deployment web was changed by somebody else and is put back" },
  ]);
  assert.deepEqual(told({ written: "t2", uid: "u2" }), [
    { tone: "repair", text: "Deployment web was gone and is made anew" },
  ]);
  assert.deepEqual(told({ written: "t2", wanted: "h2" }), [
    { tone: "progress", text: "Deployment web was updated" },
  ]);
});

Deno.test("a deleted row is told, and again when all of it is gone", () => {
  const going = state({ ...settled.tenants[0] ?? tenant("acme", []), row: "gone" });
  assert.deepEqual(changesBetween(settled, going), [{ tone: "row", text: "row acme was deleted" }]);
  assert.deepEqual(changesBetween(going, state()), [
    { tone: "gone", text: "acme is gone: its nodes and their resources are deleted" },
  ]);
});
