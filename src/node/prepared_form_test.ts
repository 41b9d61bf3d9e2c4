import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import { prepareForm, prepareResource } from "./prepared_form.ts";
import { seedOfText } from "./random_stream.ts";
import type { RenderSources } from "./render_sources.ts";

const node = { namespace: "ns", name: "acme-web", uid: "u1" };
const VARIABLES = { uid: "acme", plan: "pro", unused: "x" };

function rendered(part: Partial<Resource>, variables: Record<string, string> = VARIABLES) {
  const result = prepareResource(resourceOf({ id: "a", ...part })).render(node, variables);
  assert(result.kind === "rendered", JSON.stringify(result));
  return result;
}

function unrendered(part: Partial<Resource>) {
  const result = prepareResource(resourceOf({ id: "a", ...part })).render(node, VARIABLES);
  assert(result.kind === "unrendered");
  return [result.field, result.message] as const;
}

Deno.test("the name comes from nameTemplate, else from spec.metadata.name", () => {
  const spec = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "{{ .uid }}-inner" } };
  assert.equal(rendered({ spec }).name, "acme-a");
  assert.equal(rendered({ spec }).object.metadata.name, "acme-a");
  assert.equal(rendered({ spec, nameTemplate: undefined }).name, "acme-inner");
  assert.equal(rendered({ spec, nameTemplate: "{{ .plan | trunc 0 }}" }).name, "acme-inner");
});

Deno.test("the namespace comes from either spelling, else from the node", () => {
  assert.equal(rendered({}).namespace, "ns");
  assert.equal(rendered({ targetNamespace: "{{ .uid }}-ns" }).namespace, "acme-ns");
  assert.equal(rendered({ namespaceTemplate: "{{ .uid }}-ns" }).namespace, "acme-ns");
  assert.equal(rendered({ targetNamespace: "", namespaceTemplate: "other" }).namespace, "other");
  assert.equal(rendered({ targetNamespace: "{{ .plan | trunc 0 }}" }).namespace, "ns");
});

Deno.test("labels and annotations of spec.metadata stay, the templates' lie over them", () => {
  const metadata = { labels: { own: "1", both: "spec" }, annotations: { note: "kept" }, finalizers: ["x/y"] };
  const { object } = rendered({
    spec: { apiVersion: "v1", kind: "ConfigMap", metadata },
    labelsTemplate: { both: "{{ .plan }}" },
    annotationsTemplate: { more: "{{ .uid }}" },
  });
  assert.deepEqual(object.metadata, {
    name: "acme-a",
    labels: { own: "1", both: "pro" },
    annotations: { note: "kept", more: "acme" },
    finalizers: ["x/y"],
  });
});

Deno.test("the hash of inputs moves with what a render reads, and with nothing else", () => {
  const of = (part: Partial<Resource>) => prepareResource(resourceOf({ id: "a", ...part }));
  const reads = of({ labelsTemplate: { p: "{{ .plan }}" } });
  const base = reads.inputs(node, VARIABLES);
  assert.equal(reads.inputs(node, { ...VARIABLES, unused: "y" }), base);
  assert.notEqual(reads.inputs(node, { ...VARIABLES, plan: "free" }), base);
  assert.notEqual(reads.inputs({ ...node, uid: "u2" }, VARIABLES), base);
  assert.notEqual(of({ labelsTemplate: { p: "{{ .plan }}!" } }).inputs(node, VARIABLES), base);
  const elsewhere = { timeoutSeconds: 9, dependIds: ["b"], readyWhen: "true", waitForReady: false };
  assert.equal(of({ labelsTemplate: { p: "{{ .plan }}" }, ...elsewhere }).inputs(node, VARIABLES), base);
  const included = of({ labelsTemplate: { p: "{{ .plan }}" }, includeWhen: '{{ eq .unused "x" }}' });
  assert.notEqual(
    included.inputs(node, VARIABLES),
    included.inputs(node, { ...VARIABLES, unused: "y" }),
  );
  assert.equal(rendered({ labelsTemplate: { p: "{{ .plan }}" } }).inputs, base);
});

Deno.test("a template that takes the dot as a whole reads every variable", () => {
  const all = prepareResource(resourceOf({ id: "a", annotationsTemplate: { all: "{{ . | toJson }}" } }));
  assert.notEqual(all.inputs(node, VARIABLES), all.inputs(node, { ...VARIABLES, unused: "y" }));
});

Deno.test("a variable that is missing and one that is empty are different inputs", () => {
  const reads = prepareResource(resourceOf({ id: "a", labelsTemplate: { p: '{{ index . "plan" }}' } }));
  assert.notEqual(reads.inputs(node, { uid: "a" }), reads.inputs(node, { uid: "a", plan: "" }));
});

Deno.test("an error names the field of the form in which it stands", () => {
  assert.equal(unrendered({ nameTemplate: "{{ .nope }}" })[0], "nameTemplate");
  assert.equal(unrendered({ targetNamespace: "{{ .nope }}" })[0], "targetNamespace");
  assert.equal(unrendered({ namespaceTemplate: "{{ .nope }}" })[0], "namespaceTemplate");
  assert.equal(unrendered({ labelsTemplate: { tier: "{{ .nope }}" } })[0], "labelsTemplate.tier");
  assert.equal(unrendered({ annotationsTemplate: { a: "{{" } })[0], "annotationsTemplate.a");
  const spec = { apiVersion: "v1", kind: "ConfigMap", data: { k: "{{ .nope }}" } };
  const [field, message] = unrendered({ spec });
  assert.equal(field, "spec.data.k");
  assert.match(message, /map has no entry for key "nope"/);
});

Deno.test("why a Secret could not be rendered is told without what its templates were given", () => {
  const secret = (k: string) => ({ spec: { apiVersion: "v1", kind: "Secret", stringData: { k } } });
  const [field, failed] = unrendered(secret("{{ fail .plan }}"));
  assert.equal(field, "spec.stringData.k");
  assert.match(failed, /at <fail \.plan>: the reason is withheld/);
  assert.doesNotMatch(failed, /pro\b/);
  assert.match(unrendered(secret("{{ .nope }}"))[1], /at <\.nope>: no variable is named nope/);
  const open = { spec: { apiVersion: "v1", kind: "ConfigMap", data: { k: "{{ fail .plan }}" } } };
  assert.match(unrendered(open)[1], /at <fail \.plan>: .*withheld, since it may quote a value of the row/);
  assert.doesNotMatch(unrendered(open)[1], /pro\b/);
});

Deno.test("why a template failed is told in full where it reads no column, or where the row is at hand", () => {
  const failing = (k: string) =>
    resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "ConfigMap", data: { k } } });
  const told = (k: string, sources: RenderSources) => {
    const answer = prepareResource(failing(k)).render(node, VARIABLES, sources);
    assert(answer.kind === "unrendered");
    return answer.message;
  };
  assert.match(told('{{ fail (printf "%s has no plan" .uid) }}', {}), /error calling fail: .* has no plan/);
  assert.match(told("{{ fail .plan }}", { quotes: true }), /error calling fail: pro/);
});

Deno.test("sensitive values are rendered, and no hash is made of them without their key", () => {
  const resource = prepareResource(
    resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "Secret", stringData: { t: "{{ .token }}" } } }),
  );
  const at = (hash: string, value: string) => {
    const variables = { ...VARIABLES, token: hash };
    const answer = resource.render(node, variables, { sensitive: { key: "a2V5", values: { token: value } } });
    assert(answer.kind === "rendered");
    return answer;
  };
  const [one, other, next] = [at("h1", "s3cret"), at("h1", "other"), at("h2", "s3cret")];
  assert.deepEqual(one.object["stringData"], { t: "s3cret" });
  assert.equal(one.sealing, "a2V5");
  assert.equal(one.inputs, other.inputs);
  assert.notEqual(one.inputs, next.inputs);
});

Deno.test("a sensitive variable is told where everybody would see it", () => {
  const names = ["token", "pin"];
  const uses = (policy: Partial<Resource>) => prepareResource(resourceOf({ id: "a", ...policy })).uses(names);
  const body = (more: Record<string, unknown>) => ({
    spec: { apiVersion: "v1", kind: "ConfigMap", ...more },
  });
  const exposed = (field: string, variable = "token") => ({ kind: "exposed", field, variable });
  assert.deepEqual(uses({ nameTemplate: "{{ .token }}" }), exposed("nameTemplate"));
  assert.deepEqual(uses({ targetNamespace: "{{ .pin }}" }), exposed("targetNamespace", "pin"));
  assert.deepEqual(uses({ labelsTemplate: { a: "{{ .token }}" } }), exposed("labelsTemplate.a"));
  assert.deepEqual(uses({ annotationsTemplate: { a: "{{ .token }}" } }), exposed("annotationsTemplate.a"));
  assert.deepEqual(uses({ includeWhen: '{{ eq .token "x" }}' }), exposed("includeWhen"));
  assert.deepEqual(
    uses(body({ metadata: { annotations: { a: "{{ .token }}" } } })),
    exposed("spec.metadata.annotations.a"),
  );
  assert.deepEqual(uses({ nameTemplate: "{{ toJson . }}" }), exposed("nameTemplate"));
  assert.deepEqual(uses(body({ data: { k: "{{ .pin }}", uid: "{{ .uid }}" } })), {
    kind: "body",
    paths: [["data", "k"]],
  });
  assert.deepEqual(uses(body({ data: { k: "{{ .plan }}" } })), { kind: "none" });
});

Deno.test("an object without a name is told, with both places for one", () => {
  const [field, message] = unrendered({ nameTemplate: "{{ .plan | trunc 0 }}" });
  assert.equal(field, "nameTemplate");
  assert.match(message, /nameTemplate and spec\.metadata\.name are both empty/);
});

Deno.test("an object larger than a mebibyte is refused by its bytes", () => {
  const big = (text: string) => ({
    spec: { apiVersion: "v1", kind: "ConfigMap", data: { k: text, uid: "{{ .uid }}" } },
  });
  assert.match(unrendered(big("\u20ac".repeat(400_000)))[1], /bytes, more than 1048576/);
  assert.equal(rendered(big("x".repeat(400_000))).kind, "rendered");
});

Deno.test("one template that does not parse breaks its own resource, not the form", () => {
  const configMaps = [
    resourceOf({ id: "bad", nameTemplate: "{{" }),
    resourceOf({ id: "good", dependIds: ["bad"] }),
  ];
  const form = prepareForm({ configMaps });
  assert.equal(form.waves.kind, "waves");
  assert.deepEqual(form.resources.map((r) => r.render(node, VARIABLES).kind), ["unrendered", "rendered"]);
});

Deno.test("a variable that may be missing is empty, and any other one an error", () => {
  const of = (text: string) => ({ spec: { apiVersion: "v1", kind: "ConfigMap", data: { k: text } } });
  const data = (text: string) => rendered(of(text)).object["data"];
  assert.deepEqual(data('{{ .gone | default "x" }}'), { k: "x" });
  assert.deepEqual(data('{{ coalesce .gone .plan "x" }}'), { k: "pro" });
  assert.match(unrendered(of('{{ .gone | trim | default "x" }}'))[1], /no entry for key "gone"/);
});

Deno.test("the same seed and time give the same object, another field or seed another one", () => {
  const spec = {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: { a: "{{ randAlphaNum 9 }}", b: "{{ randAlphaNum 9 }}" },
  };
  const prepared = prepareResource(resourceOf({ id: "a", spec, nameTemplate: "x-{{ now | unixEpoch }}" }));
  const render = (text: string, seconds = 7) => {
    const seed = seedOfText(text, node);
    const result = prepared.render(node, VARIABLES, { seed, now: new Date(seconds * 1000), leaveKeys: true });
    assert(result.kind === "rendered");
    return { ...result.object["data"] as Record<string, string>, name: result.name, givens: result.givens };
  };
  const first = render("seed");
  assert.equal(first.name, "x-7");
  assert.equal(first.givens?.renderedAt, "1970-01-01T00:00:07Z");
  const places = first.givens?.fleeting.map(({ path, source }) => `${source} ${path.join(".")}`);
  assert.deepEqual(places, ["random data.a", "random data.b"]);
  assert.deepEqual({ ...render("seed", 8), name: "x-7", givens: undefined }, { ...first, givens: undefined });
  const { a, b } = first as { a?: string; b?: string };
  assert.notEqual(a, b);
  assert.notEqual((render("other") as { a?: string }).a, a);
});

Deno.test("a resource tells what its templates need beside the row", () => {
  const needs = (nameTemplate: string) => prepareResource(resourceOf({ id: "a", nameTemplate })).needs;
  assert.deepEqual(needs("{{ .uid }}"), { random: false, clock: false, keys: false });
  assert.deepEqual(needs("{{ randAlpha 3 }}{{ now }}"), { random: true, clock: true, keys: false });
  assert.deepEqual(needs('{{ genCA "x" 1 }}'), { random: false, clock: false, keys: true });
});
