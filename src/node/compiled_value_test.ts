import assert from "node:assert/strict";
import { compileObject, compileText, compileTexts, FieldError } from "./compiled_value.ts";

const render = (spec: Record<string, unknown>, variables: Record<string, string> = {}) =>
  compileObject(spec, "spec").render(variables);

Deno.test("strings at any depth are templates, keys and other values are not", () => {
  const spec = { a: ["{{ .x }}", [["{{ .x }}"]], { "{{ .x }}": "{{ .x }}" }], n: 1, b: true, z: null };
  assert.deepEqual(render(spec, { x: "v" }), {
    a: ["v", [["v"]], { "{{ .x }}": "v" }],
    n: 1,
    b: true,
    z: null,
  });
});

Deno.test("int, float and bool give typed values where the whole text is one of them", () => {
  assert.deepEqual(
    render({ spec: { a: "{{ int .n }}", b: "{{ .n | float }}", c: "{{ bool .y }}" } }, { n: "3", y: "yes" }),
    {
      spec: { a: 3, b: 3, c: true },
    },
  );
  assert.deepEqual(render({ spec: { a: "{{ int .n }}m" } }, { n: "3" }), { spec: { a: "3m" } });
});

Deno.test("where Kubernetes wants text, typed values are their text", () => {
  const spec = {
    kind: "ConfigMap",
    metadata: { labels: { n: "{{ int .n }}" } },
    data: { n: "{{ int .n }}" },
    env: [{ name: "N", value: "{{ int .n }}" }],
  };
  assert.deepEqual(render(spec, { n: "3" }), {
    kind: "ConfigMap",
    metadata: { labels: { n: "3" } },
    data: { n: "3" },
    env: [{ name: "N", value: "3" }],
  });
});

Deno.test("an integer that a double can't hold keeps its digits on the wire", () => {
  assert.equal(
    JSON.stringify(render({ spec: { n: "{{ int .n }}" } }, { n: "9007199254740993" })),
    '{"spec":{"n":9007199254740993}}',
  );
});

Deno.test("a value without templates is the given one itself", () => {
  const fixed = { ports: [{ port: 80 }] };
  const rendered = render({ spec: fixed, name: "{{ .x }}" }, { x: "v" }) as { spec: unknown };
  assert.equal(rendered.spec, fixed);
  assert.deepEqual(compileObject({ spec: fixed }, "spec").fields, []);
});

Deno.test("text that a row brings is never a template", () => {
  assert.deepEqual(render({ a: "{{ .x }}" }, { x: "{{ .uid }}" }), { a: "{{ .uid }}" });
});

Deno.test("a template that fails names its field by path", () => {
  const failing = compileObject({ spec: { containers: [{ image: "{{ .nope }}" }] } }, "spec");
  assert.throws(() => failing.render({}), (error) => {
    assert(error instanceof FieldError);
    assert.equal(error.field, "spec.spec.containers[0].image");
    assert.match(error.error.message, /map has no entry for key "nope"/);
    return true;
  });
});

Deno.test("a template that does not parse names its field when it is compiled", () => {
  const fieldOf = (compile: () => unknown) => {
    try {
      compile();
    } catch (error) {
      return error instanceof FieldError ? error.field : error;
    }
    return undefined;
  };
  assert.equal(fieldOf(() => compileObject({ data: { k: "{{" } }, "spec")), "spec.data.k");
  assert.equal(fieldOf(() => compileText("{{ end }}", "nameTemplate")), "nameTemplate");
  assert.equal(fieldOf(() => compileTexts({ tier: "{{" }, "labelsTemplate")), "labelsTemplate.tier");
});

Deno.test("names and labels stay text whatever they print", () => {
  assert.equal(compileText("{{ int .n }}", "nameTemplate").render({ n: "3" }), "3");
  assert.deepEqual(compileTexts({ n: "{{ int .n }}" }, "labelsTemplate").render({ n: "3" }), { n: "3" });
});
