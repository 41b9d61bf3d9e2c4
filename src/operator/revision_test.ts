import assert from "node:assert/strict";
import { formSpecOf, resourceOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import { formRevision } from "../form/revision.ts";
import type { OpenApi } from "../kube/open_api.ts";
import { type CachedRevision, PreparedForms, toCachedRevision } from "./revision.ts";

const configMaps = [
  resourceOf({ id: "a" }),
  resourceOf({ id: "b", spec: { apiVersion: "{{ .group }}/v1", kind: "Widget" } }),
  resourceOf({ id: "c", spec: { kind: 3 } }),
];
const cached = toCachedRevision(
  formRevision(storedForm({ spec: formSpecOf({ configMaps }) }), 4),
);

/** An API server that tells no types. */
const UNTYPED: OpenApi = { fieldTypes: () => Promise.resolve(undefined) };

/** Forms over revisions by name. */
const forms = (kept: Record<string, CachedRevision>, openApi: OpenApi = UNTYPED) =>
  new PreparedForms({ find: (_namespace, name) => kept[name], openApi });

Deno.test("what the cache keeps of a revision is what the form put into it", () => {
  assert.equal(cached.form, "web");
  assert.equal(cached.revision, 4);
  assert.deepEqual(cached.arrays, { configMaps });
  assert.deepEqual(cached.kinds, [{ apiVersion: "v1", kind: "ConfigMap" }]);
});

Deno.test("a revision of a long form name is found by the whole name", () => {
  const name = "f".repeat(100);
  assert.equal(toCachedRevision(formRevision(storedForm({ name }), 1)).form, name);
});

Deno.test("nodes of one revision share one parsed form", async () => {
  const prepared = forms({ "web-1": cached });
  const [a, b] = await Promise.all(
    ["a", "b"].map((row) => prepared.prepared(storedNode({ row, form: "web" }), undefined)),
  );
  assert(a?.kind === "prepared" && b?.kind === "prepared");
  assert.equal(a.form, b.form);
  assert.deepEqual(a.form.resources.map(({ id }) => id), ["a", "b", "c"]);
});

Deno.test("a node's own arrays win over the revision that it names", async () => {
  const node = storedNode({ row: "a", form: "web" }, { spec: { jobs: [resourceOf({ id: "own" })] } });
  const result = await forms({ "web-1": cached }).prepared(node, "web-1");
  assert(result.kind === "prepared");
  assert.deepEqual(result.form.resources.map(({ id }) => id), ["own"]);
});

Deno.test("a node that names no revision follows its form's current one", async () => {
  const node = storedNode({ row: "a", form: "web" }, { spec: { revision: undefined } });
  assert.equal((await forms({ now: cached }).prepared(node, "now")).kind, "prepared");
});

Deno.test("what is missing is named: the form's first valid generation, or the revision", async () => {
  const told = async (revision: string | undefined) => {
    const node = storedNode({ row: "a", form: "web" }, { spec: { revision } });
    const result = await forms({}).prepared(node, undefined);
    return result.kind === "missing" ? result.message : "";
  };
  assert.match(await told(undefined), /LynqForm 'web' has no valid generation yet/);
  assert.match(await told("web-1"), /ControllerRevision 'web-1', which this node follows, does not exist/);
});

Deno.test("an API server that does not answer is asked again at the next pass", async () => {
  const typed = toCachedRevision({
    metadata: { name: "web-1" },
    data: {
      configMaps: [resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "X", n: "{{ .n | int }}" } })],
    },
  });
  const answers = [() => Promise.reject(new Error("silent"))];
  const flaky: OpenApi = { fieldTypes: () => (answers.shift() ?? (() => Promise.resolve(undefined)))() };
  const prepared = forms({ "web-1": typed }, flaky);
  const node = storedNode({ row: "a", form: "web" });
  await assert.rejects(prepared.prepared(node, undefined), /silent/);
  assert.equal((await prepared.prepared(node, undefined)).kind, "prepared");
});
