import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { resourceOf, storedNode } from "../../tests/support/stored_objects.ts";
import type { DesiredObject, Variables } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { toDesiredObject } from "./desired_object.ts";
import { keptData, keptKey, liveValues, mergeKept, readKept, stillKept, withKept } from "./kept_values.ts";
import { prepareResource } from "./prepared_form.ts";
import { seedOfText } from "./random_stream.ts";

const node = { ...storedNode({ row: "acme", form: "web" }), namespace: "default" };
const CONFIG = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

function desired(
  spec: Record<string, unknown>,
  variables: Variables = { plan: "pro" },
  text = "seed",
): DesiredObject {
  const prepared = prepareResource(resourceOf({ id: "c", spec: { apiVersion: "v1", ...spec } }));
  const sources = { seed: seedOfText(text, node), now: new Date(0), leaveKeys: true };
  const rendered = prepared.render(node, { uid: "acme", ...variables }, sources);
  assert(rendered.kind === "rendered");
  return toDesiredObject(rendered, { ...CONFIG, kind: String(spec["kind"]) }, node);
}

const config = (data: unknown) => ({ kind: "ConfigMap", data });
const live = (rest: Record<string, unknown>): KubeObject => ({ metadata: { name: "x" }, ...rest });
const kept = (of: DesiredObject, object: KubeObject) =>
  liveValues(of, object, ["random", "clock"]).map(({ path, value }) => [path.join("."), value]);

Deno.test("of a live object only random values and times are kept, where they are there and others", () => {
  const of = desired(
    config({ a: "{{ randAlpha 4 }}", b: "{{ uuidv4 }}", at: "{{ now }}", plan: "{{ .plan }}" }),
  );
  const object = live({ data: { a: "old", b: "", at: "then", plan: "other", mine: "x" } });
  assert.deepEqual(kept(of, object), [["data.a", "old"], ["data.at", "then"]]);
  assert.deepEqual(liveValues(of, object, ["random"]).map(({ value }) => value), ["old"]);
  assert.deepEqual(kept(of, of.object), []);
  assert.deepEqual(kept(of, live({})), []);
  assert.deepEqual(kept(of, live({ data: { a: 7, b: { c: "" } } })), []);
});

Deno.test("a map that a template gives is kept key by key, and what stands beside it is not", () => {
  const spec = {
    kind: "Secret",
    stringData: '{{ dict "a" (randAlpha 4) "b" (randAlpha 4) | asValue }}',
    data: { plan: "cHJv" },
  };
  const object = live({ data: { a: "b2xk", plan: "b3RoZXI=", mine: "eA==" } });
  assert.deepEqual(kept(desired(spec), object), [["data.a", "b2xk"]]);
});

Deno.test("elements of lists are found by their names, and a list that a template gives by its length", () => {
  const of = desired({
    kind: "Widget",
    list: [{ name: "a", k: "{{ randAlpha 4 }}" }],
    whole: "{{ list (randInt 1 9) 2 | asValue }}",
  });
  const object = live({ list: [{ name: "b", k: "of b" }, { name: "a", k: "of a" }], whole: [10, 2] });
  assert.deepEqual(kept(of, object), [["list.0.k", "of a"], ["whole", [10, 2]]]);
  assert.deepEqual(kept(of, live({ whole: [10] })), []);
});

Deno.test("a kept value changes the object and its hash, until its template or one of its variables changes", () => {
  const text = "{{ .plan }}-{{ randAlpha 4 }}";
  const of = desired(config({ a: text }));
  const values = liveValues(of, live({ data: { a: "old" } }), ["random"]);
  const data = (other: DesiredObject) => withKept(other, values).object["data"];
  assert.deepEqual(data(of), { a: "old" });
  assert.notEqual(withKept(of, values).hash, of.hash);
  assert.equal(withKept(of, []), of);
  assert.deepEqual(data(desired(config({ a: text, more: "x" }), { plan: "pro", unread: "y" }, "other")), {
    a: "old",
    more: "x",
  });
  for (
    const other of [desired(config({ a: text }), { plan: "free" }), desired(config({ a: `${text}!` }))]
  ) {
    assert.equal(withKept(other, values), other);
  }
});

Deno.test("a kept time goes with the body that it stands in, and stays when only its name or labels change", () => {
  const spec = { apiVersion: "v1", kind: "ConfigMap", data: { at: "{{ now }}", plan: "{{ .plan }}" } };
  const of = (part: object, plan = "pro") => {
    const prepared = prepareResource(resourceOf({ id: "c", spec, ...part }));
    const rendered = prepared.render(node, { uid: "acme", plan, tier: "a" }, { now: new Date(0) });
    assert(rendered.kind === "rendered");
    return toDesiredObject(rendered, CONFIG, node);
  };
  const values = liveValues(of({}), live({ data: { at: "then" } }), ["clock"]);
  const at = (other: DesiredObject) => (withKept(other, values).object["data"] as { at: string }).at;
  assert.equal(at(of({})), "then");
  assert.equal(at(of({ nameTemplate: "acme-c", labelsTemplate: { tier: "{{ .tier }}" } })), "then");
  assert.notEqual(at(of({}, "free")), "then");
});

Deno.test("of what is kept a time is over once its body was rendered anew, and a random value may come back", () => {
  const data = { at: "{{ now }}", a: "{{ .plan }}{{ randAlpha 4 }}" };
  const of = desired(config(data));
  const values = liveValues(of, live({ data: { at: "then", a: "old" } }), ["random", "clock"]);
  assert.deepEqual(stillKept(of, values), values);
  const other = desired(config(data), { plan: "free" });
  assert.deepEqual(stillKept(other, values).map(({ value }) => value), ["old"]);
  assert.deepEqual(stillKept(desired(config({})), values), values);
});

Deno.test("a newer kept value takes the place of the older one, and the other fields keep theirs", () => {
  const value = (path: string[], text: string, of = "h") => ({ path, of, value: text });
  assert.deepEqual(
    mergeKept([value(["a"], "1"), value(["b"], "2")], [value(["a"], "3", "i")]),
    [value(["b"], "2"), value(["a"], "3", "i")],
  );
});

Deno.test("what a Secret holds of them is what was written, whatever the ids, and anything else is told by its key", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1, unit: "grapheme" })), (ids) => {
    const values = (id: string) => [{ path: ["data", 0, id], of: "h", value: { [id]: [id] } }];
    const data = Object.fromEntries(ids.map((id) => [keptKey(id), keptData(id, values(id))]));
    for (const key of Object.keys(data)) assert.match(key, /^[-._a-zA-Z0-9]{1,253}$/);
    assert.deepEqual(readKept({ ...data, seed: "AA==" }), {
      kind: "read",
      values: new Map(ids.map((id) => [id, values(id)])),
    });
  }));
  for (const text of ["", "{", "{}", '{"id":"a","values":[{"path":[true],"of":"h"}]}']) {
    const data = { "kept.a": Buffer.from(text).toString("base64") };
    assert.deepEqual(readKept(data), { kind: "unreadable", key: "kept.a" });
  }
});
