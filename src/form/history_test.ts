import assert from "node:assert/strict";
import { type ScriptedAnswer, scriptedClient } from "../../tests/support/scripted_client.ts";
import { storedForm } from "../../tests/support/stored_objects.ts";
import { isConflict, KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { FORM, NODE, REVISION } from "../operator/kinds.ts";
import { pruneRevisions } from "./history.ts";

const NAMESPACE = "ns";
const SIGNAL = new AbortController().signal;
const NOT_FOUND = new KubeError("none", { status: 404, reason: "NotFound" });

/** What is asked of a server where these nodes are; the caches tell of three revisions and of no node. */
function worldOf(answers: readonly ScriptedAnswer[], nodes: KubeObject[] = []) {
  const client = scriptedClient(answers);
  const revisions = [1, 2, 3].map((revision) => (
    { namespace: NAMESPACE, name: `web-${revision}`, uid: `uid-${revision}`, form: "web", revision }
  ));
  const list = async function* () {
    yield { items: nodes, resourceVersion: "1" };
  };
  const asked = () => client.sent.map(({ verb, path }) => `${verb} ${path.split("/").at(-1)}`);
  const world = {
    client: { ...client, list },
    forms: { get: () => undefined, observe: () => {}, type: FORM },
    nodes: { ofForm: () => [], observe: () => {}, type: NODE },
    revisions: { ofForm: () => revisions, observe: () => {}, type: REVISION },
  };
  return { world, asked, sent: () => client.sent };
}

const HISTORY = { namespace: NAMESPACE, name: "web", needed: ["web-3"], keep: 1 };

Deno.test("revisions beyond the history go once it is sure that the form is as it was told", async () => {
  const form = storedForm();
  const live = { metadata: { uid: form.uid, generation: form.generation } };
  const { world, asked, sent } = worldOf([live, undefined]);
  await pruneRevisions(world, { ...HISTORY, form }, SIGNAL);
  assert.deepEqual(asked(), ["get web", "delete web-1"]);
  assert.deepEqual(sent().at(-1)?.options, { uid: "uid-1" });
  const newer = worldOf([{ metadata: { uid: form.uid, generation: form.generation + 1 } }]);
  await assert.rejects(pruneRevisions(newer.world, { ...HISTORY, form }, SIGNAL), isConflict);
  assert.deepEqual(newer.asked(), ["get web"]);
});

Deno.test("a revision that was kept anew under its name stays", async () => {
  const form = storedForm();
  const live = { metadata: { uid: form.uid, generation: form.generation } };
  const { world, asked } = worldOf([live, new KubeError("another UID", { status: 409, reason: "Conflict" })]);
  await pruneRevisions(world, { ...HISTORY, form }, SIGNAL);
  assert.deepEqual(asked(), ["get web", "delete web-1"]);
});

Deno.test("a form that its watch did not tell of keeps its revisions", async () => {
  const { world, asked } = worldOf([{ metadata: { uid: "u", generation: 1 } }]);
  await assert.rejects(pruneRevisions(world, { ...HISTORY, needed: [], keep: 0 }, SIGNAL), isConflict);
  assert.deepEqual(asked(), ["get web"]);
});

Deno.test("of a form that is gone the revisions go that no node follows, as the API server has the nodes", async () => {
  const spec = { uid: "a", templateRef: "web", revision: "web-2" };
  const { world, asked } = worldOf([NOT_FOUND, undefined, undefined], [{
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    metadata: { name: "a-web", namespace: NAMESPACE, uid: "u", resourceVersion: "1" },
    spec,
  }]);
  await pruneRevisions(world, { ...HISTORY, needed: [], keep: 0 }, SIGNAL);
  assert.deepEqual(asked(), ["get web", "delete web-3", "delete web-1"]);
});

Deno.test("where nothing is to be forgotten nothing is asked", async () => {
  const { world, asked } = worldOf([]);
  await pruneRevisions(world, { ...HISTORY, keep: 2 }, SIGNAL);
  assert.deepEqual(asked(), []);
});
