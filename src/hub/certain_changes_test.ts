import assert from "node:assert/strict";
import { storedHub, storedNode } from "../../tests/support/stored_objects.ts";
import { toStoredForm } from "../api/stored.ts";
import { isConflict, KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { FORM, HUB } from "../operator/kinds.ts";
import { certainChanges } from "./certain_changes.ts";
import type { NodeChange } from "./plan.ts";
import type { HubWorld } from "./world.ts";

const hub = storedHub();

const deletion = (form: string, cause: "FormGone" | "RowGone" | "HubDeleted"): NodeChange => ({
  kind: "delete",
  node: storedNode({ row: "a", form }),
  cause,
});

function form(hubId: string, more: object = {}): KubeObject {
  return { metadata: { name: "web", namespace: hub.namespace, uid: "f", ...more }, spec: { hubId } };
}

const cachedForm = toStoredForm(formAt("web-1"));

function formAt(currentRevision: string, observedGeneration = 1): KubeObject {
  return { ...form(hub.name, { generation: 1 }), status: { currentRevision, observedGeneration } };
}

const liveHub = (generation = hub.generation): KubeObject => ({
  metadata: { name: hub.name, namespace: hub.namespace, uid: hub.uid, generation },
});

/** What goes of these changes, where the API server has these objects, and how many were asked for. */
async function certain(
  changes: readonly NodeChange[],
  live: { hub?: KubeObject; form?: KubeObject; confirmedForms?: Map<string, string> },
) {
  let asked = 0;
  const get: HubWorld["client"]["get"] = ({ type }) => {
    asked++;
    const found = type === HUB ? live.hub : live.form;
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(new KubeError("none", { status: 404, reason: "NotFound" }));
  };
  const world = {
    client: { get },
    hubs: { type: HUB },
    forms: { type: FORM, ofHub: () => [cachedForm] },
    confirmedForms: live.confirmedForms ?? new Map(),
  } as unknown as HubWorld;
  const kept = await certainChanges(world, { hub, changes }, new AbortController().signal);
  return { kept: kept.length, asked };
}

Deno.test("nodes of a form that is gone go only where the API server says so too", async () => {
  const gone = [deletion("web", "FormGone")];
  assert.deepEqual(await certain(gone, { hub: liveHub() }), { kept: 1, asked: 2 });
  assert.deepEqual(await certain(gone, { hub: liveHub(), form: form(hub.name) }), { kept: 0, asked: 2 });
  assert.deepEqual(await certain(gone, { hub: liveHub(), form: form("another") }), { kept: 1, asked: 2 });
  const going = form(hub.name, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.deepEqual(await certain(gone, { hub: liveHub(), form: going }), { kept: 1, asked: 2 });
});

Deno.test("nothing goes by the rows of a hub that has changed meanwhile", async () => {
  const gone = [deletion("web", "RowGone")];
  assert.deepEqual(await certain(gone, { hub: liveHub() }), { kept: 1, asked: 1 });
  await assert.rejects(certain(gone, { hub: liveHub(hub.generation + 1) }), isConflict);
  await assert.rejects(certain(gone, {}), isConflict);
});

Deno.test("a hub that is deleted itself is not asked for", async () => {
  assert.deepEqual(await certain([deletion("web", "HubDeleted")], {}), { kept: 1, asked: 0 });
});

Deno.test("a node is brought to another revision only where that still is its form's", async () => {
  const node = storedNode({ row: "a", form: "web" });
  const wanted = { name: node.name, form: "web", revision: "web-1", row: { uid: "a", values: {} } };
  const move: NodeChange = {
    kind: "update",
    node: { ...node, spec: { ...node.spec, revision: "web-2" } },
    wanted,
  };
  assert.deepEqual(await certain([move], { form: formAt("web-1") }), { kept: 1, asked: 1 });
  assert.deepEqual(await certain([move], { form: formAt("web-2") }), { kept: 0, asked: 1 });
  assert.deepEqual(await certain([move], { form: formAt("web-1", 0) }), { kept: 0, asked: 1 });
  const stays: NodeChange = {
    kind: "update",
    node: { ...node, spec: { ...node.spec, revision: "web-1" } },
    wanted,
  };
  assert.deepEqual(await certain([stays], {}), { kept: 1, asked: 0 });
  const confirmedForms = new Map();
  assert.deepEqual(await certain([move], { form: formAt("web-2"), confirmedForms }), { kept: 0, asked: 1 });
  assert.deepEqual(await certain([move], { form: formAt("web-1"), confirmedForms }), { kept: 1, asked: 1 });
  assert.deepEqual(await certain([move], { confirmedForms }), { kept: 1, asked: 0 });
});
