import assert from "node:assert/strict";
import { hubSpecOf, resourceOf, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import { recordOf } from "../../tests/support/child_objects.ts";
import type { Resource } from "../api/resource.ts";
import { formerNode, type FormerNodePatch, type NodeSources } from "./downgrade_node.ts";

const HUB = hubSpecOf({ extraValueMappings: { plan: "plan", note: "note" } });

function sources(configMaps: readonly Resource[], part: Parameters<typeof storedNode>[1] = {}): NodeSources {
  const spec = { values: { activate: "1", hostOrUrl: "https://a.example", plan: "<b>", note: "" } };
  return {
    node: storedNode({ row: "acme", form: "web" }, { spec, ...part }),
    hub: HUB,
    form: storedForm(),
    revision: { arrays: { configMaps }, generation: 1 },
  };
}

function written(from: NodeSources): FormerNodePatch {
  const patch = formerNode(from);
  assert(typeof patch !== "string", String(patch));
  return patch;
}

Deno.test("names, labels and annotations are rendered, all else stays a template, fields of ours go", () => {
  const resource = resourceOf({
    id: "a",
    spec: { apiVersion: "v1", kind: "ConfigMap", data: { plan: "{{ .plan }}" } },
    labelsTemplate: { plan: '{{ .plan | trimAll "<>" }}' },
    namespaceTemplate: "{{ .uid }}-ns",
    includeWhen: "true",
    driftPolicy: "Report",
  });
  const { object, status } = written(sources([resource], { status: { resources: [recordOf("a")] } }));
  const { configMaps: [stored] = [], values, revision } = object["spec"] as {
    configMaps?: Record<string, unknown>[];
    values: unknown;
    revision: unknown;
  };
  assert.equal(stored?.["nameTemplate"], "acme-a");
  assert.deepEqual(stored?.["labelsTemplate"], { plan: "b" });
  assert.equal(stored?.["targetNamespace"], "{{ .uid }}-ns");
  assert.deepEqual(stored?.["spec"], resource.spec);
  for (const field of ["includeWhen", "driftPolicy", "namespaceTemplate", "recreateOnImmutable"]) {
    assert(!(field in (stored ?? {})), field);
  }
  assert.deepEqual([values, revision], [null, null]);
  assert.deepEqual(status, { appliedResources: ["ConfigMap/{{ .uid }}-ns/acme-a@a"], resources: null });
});

Deno.test("the row goes to annotations, extras as Go writes JSON", () => {
  const { object } = written(sources([]));
  assert.deepEqual((object["metadata"] as { annotations: unknown }).annotations, {
    "lynq.sh/hostOrUrl": "https://a.example",
    "lynq.sh/activate": "1",
    "lynq.sh/extra": '{"note":"","plan":"\\u003cb\\u003e"}',
    "lynq.sh/hubId": "hub",
    "lynq.sh/template-generation": "1",
  });
});

Deno.test("the list names no object that the arrays don't, and none that was never ours", () => {
  const gone = recordOf("gone");
  const { uid: _, ...never } = recordOf("b");
  const excluded = recordOf("c");
  const { object, status } = written(sources(["a", "b", "c"].map((id) => resourceOf({ id })), {
    status: { resources: [recordOf("a"), never, excluded, gone], excludedResourceIds: ["c"] },
  }));
  assert.deepEqual(status["appliedResources"], ["ConfigMap/ns/acme-a@a"]);
  const { configMaps = [] } = object["spec"] as { configMaps?: { id: string }[] };
  assert.deepEqual(configMaps.map(({ id }) => id), ["a", "b"]);
});

Deno.test("arrays that the node holds itself stay as they are written", () => {
  const own = resourceOf({ id: "a", sharing: "Shared" });
  const node = storedNode({ row: "acme", form: "web" });
  const { values: _, ...spec } = node.spec;
  const by = { ...node, hub: undefined, spec: { ...spec, configMaps: [own] } };
  const { object } = written({ node: by, hub: undefined, form: undefined, revision: undefined });
  const { configMaps: [stored] = [] } = object["spec"] as { configMaps?: Record<string, unknown>[] };
  assert.equal(stored?.["nameTemplate"], "{{ .uid }}-a");
  assert(!("sharing" in (stored ?? {})));
  assert(!("annotations" in (object["metadata"] as object)));
});

Deno.test("what would be rendered a second time, and what can't be rendered, is told", () => {
  const twice = resourceOf({ id: "a", nameTemplate: '{{ "{{ .uid }}" }}' });
  const never = resourceOf({ id: "b", nameTemplate: "{{ .nope }}" });
  const { losses } = written(sources([twice, never]));
  assert.deepEqual(losses, [
    'a: nameTemplate holds "{{" after rendering: it is rendered again',
    "b: nameTemplate can't be rendered and is written as it is",
  ]);
});

Deno.test("an older revision is told, a missing one stops the node", () => {
  const older = { ...sources([]), revision: { arrays: {}, generation: 7 } };
  assert.match(written(older).losses.join(), /older revision/);
  assert.match(String(formerNode({ ...sources([]), revision: undefined })), /web-1.*does not exist/);
});
