import assert from "node:assert/strict";
import { parseTemplate, render, TemplateError } from "./mod.ts";

function failure(template: string, data: Record<string, unknown> = {}): TemplateError {
  try {
    render(template, data);
  } catch (error) {
    assert(error instanceof TemplateError);
    return error;
  }
  return assert.fail(`${template} renders`);
}

Deno.test("a text without actions is returned as it is", () => {
  for (const text of ["", "plain", "}} { } {", "{\u0000\ud800{"]) assert.equal(render(text, {}), text);
});

Deno.test("an error tells stage, place, node and reason in Go's shape", () => {
  const error = failure("a: 1\nb: {{ .missing }}", { mising: "x" });
  assert.equal(error.stage, "exec");
  assert.equal(error.line, 2);
  assert.equal(error.column, 6);
  assert.equal(error.excerpt, "b: {{ .missing }}");
  assert.equal(error.site, 'template: template:2:6: executing "template" at <.missing>');
  assert.equal(error.reason, 'map has no entry for key "missing"');
  assert.equal(error.hint, 'did you mean "mising"?');
  assert.equal(error.message, `${error.site}: ${error.reason} (${error.hint})`);
});

Deno.test("unknown functions and variables are parse errors with a near name", () => {
  const unknown = failure("\n{{ uper .x }}", { x: "a" });
  assert.equal(unknown.stage, "parse");
  assert.equal(unknown.message, 'template: template:2: function "uper" not defined (did you mean "upper"?)');
  assert.equal(failure("{{ $host := 1 }}{{ $hots }}").hint, 'did you mean "$host"?');
  assert.equal(failure("{{ qqqqqqqqqq }}").hint, undefined);
});

Deno.test("nothing of the process or the network can be reached", async (t) => {
  for (
    const name of [
      "env",
      "expandenv",
      "getHostByName",
      "include",
      "tpl",
      "lookup",
      "constructor",
      "__proto__",
    ]
  ) {
    await t.step(name, () => assert.match(failure(`{{ ${name} "PATH" }}`).reason, /not defined/));
  }
});

Deno.test("data that templates cannot hold fails as a TemplateError", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const throwing = Object.defineProperty({}, "x", { enumerable: true, get: () => assert.fail("read") });
  assert.match(failure("{{ .x }}", cycle).reason, /nested too deeply/);
  assert.match(failure("{{ .x }}", { x: () => 1 }).reason, /holds a function/);
  assert.match(failure("{{ .x }}", throwing).reason, /internal failure/);
});

Deno.test("a template tells which fields of the data it reads", async (t) => {
  const fields: Readonly<Record<string, readonly string[]>> = {
    "plain": [],
    "{{ .b }}{{ .a.x }}{{ .a }}": ["a", "b"],
    "{{ if .a }}{{ .b }}{{ else }}{{ .c }}{{ end }}": ["a", "b", "c"],
    "{{ with .a }}{{ .x }}{{ $.b }}{{ else }}{{ .c }}{{ end }}": ["a", "b", "c"],
    "{{ range .a }}{{ .x }}{{ printf `%s` (upper $.b) }}{{ end }}": ["a", "b"],
    "{{ (fromJson .j).x.y }}": ["j"],
    '{{ define "t" }}{{ .x }}{{ $.y }}{{ end }}{{ template "t" .a }}': ["a"],
    "{{ range list 1 }}{{ . }}{{ end }}": [],
    '{{ define "t" }}{{ .x }}{{ $.y }}{{ end }}{{ template "t" . }}': ["x", "y"],
    '{{ block "t" $ }}{{ .x }}{{ end }}': ["x"],
    "{{ with $ }}{{ .x }}{{ end }}": ["x"],
    "{{ $all := . }}{{ $all.x }}": ["x"],
    "{{ $all := $ }}{{ range list 1 }}{{ with $all }}{{ .x }}{{ end }}{{ $all.y }}{{ end }}": ["x", "y"],
    "{{ with $all := . }}{{ $all.x }}{{ else }}{{ $all.y }}{{ end }}": ["x", "y"],
    "{{ $a := . }}{{ range $a := list .b }}{{ $a.x }}{{ end }}{{ $a.c }}": ["b", "c"],
    "{{ $a := . }}{{ with 1 }}{{ $a := $.b }}{{ $a.x }}{{ end }}{{ $a.c }}": ["b", "c"],
  };
  for (const [text, variables] of Object.entries(fields)) {
    await t.step(text, () => {
      const template = parseTemplate(text);
      assert.deepEqual(template.variables, variables);
      assert.equal(template.readsAll, false);
    });
  }
  const wholes = [
    '{{ define "t" }}{{ index . "x" }}{{ end }}{{ template "t" . }}',
    '{{ index . "a-b" }}',
    "{{ toJson $ }}",
    "{{ $all := . }}{{ toJson $all }}",
    "{{ $all := . }}{{ with 1 }}{{ $all = dict }}{{ end }}{{ $all.x }}",
    "{{ range $k, $v := . }}{{ $k }}{{ end }}",
    "{{ if . }}{{ end }}",
  ];
  for (const text of wholes) await t.step(text, () => assert(parseTemplate(text).readsAll));
});

Deno.test("a template tells by which functions two renderings may differ, and what they depend on", () => {
  const impure = (text: string) => [...parseTemplate(text).impure];
  assert.deepEqual(impure("{{ upper .x }}"), []);
  assert.deepEqual(impure("{{ if .x }}{{ now | unixEpoch }}{{ end }}"), [["now", "clock"]]);
  assert.deepEqual(impure('{{ define "t" }}{{ randAlpha 5 }}{{ end }}'), [["randAlpha", "random"]]);
  assert.deepEqual(impure('{{ (genCA "x" 5).Cert }}{{ bcrypt "p" }}'), [["genCA", "key"], [
    "bcrypt",
    "random",
  ]]);
});

Deno.test("a variable is optional where its every use is a whole argument of default or coalesce", async (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['{{ .x | default "a" }}', ["x"]],
    ['{{ default "a" .x }}', ["x"]],
    ['{{ $.x | default "a" }}', ["x"]],
    ['{{ (.x) | default "a" | upper }}', ["x"]],
    ['{{ coalesce .x .y "a" }}', ["x", "y"]],
    ["{{ .x | default .y }}", ["x", "y"]],
    ['{{ $v := .x | default "a" }}{{ $v }}', ["x"]],
    ['{{ upper (.x | default "a") }}', ["x"]],
    ['{{ if eq (default "a" .x) "b" }}{{ end }}', ["x"]],
    ["{{ .x }}", []],
    ['{{ .x | default "a" }}{{ .x }}', []],
    ['{{ .x | trim | default "a" }}', []],
    ['{{ upper .x | default "a" }}', []],
    ['{{ .x.y | default "a" }}', []],
    ["{{ if .x }}{{ end }}", []],
    ['{{ default "a" (trim .x) }}', []],
    ['{{ with .a }}{{ $.x | default "b" }}{{ end }}', ["x"]],
    ['{{ $all := . }}{{ range list 1 }}{{ $all.x | default "b" }}{{ end }}', ["x"]],
    ['{{ define "t" }}{{ .x | default "b" }}{{ end }}{{ template "t" . }}', ["x"]],
    ['{{ define "t" }}{{ .x | default "b" }}{{ end }}{{ template "t" . }}{{ .x }}', []],
  ];
  for (const [text, optional] of cases) {
    await t.step(text, () => assert.deepEqual(parseTemplate(text).optional, optional));
  }
});

Deno.test("clock, random source and zone are taken from the options", () => {
  const template = parseTemplate('{{ now | date "2006-01-02 15:04 MST" }}');
  const world = { now: () => 1_700_000_000n * 1_000_000_000n, zone: "Asia/Seoul" };
  assert.equal(template.render({}, { world }), "2023-11-15 07:13 KST");
});

Deno.test("a template keeps nothing from one rendering to the next", () => {
  const template = parseTemplate('{{ $_ := set . "k" "v" }}{{ hasKey . "seen" }}{{ $_ := set . "seen" 1 }}');
  const data = {};
  assert.equal(template.render(data), "false");
  assert.equal(template.render(data), "false");
  assert.deepEqual(data, {});
});

Deno.test("whether the data is empty is asked of all of it, not of the fields that are read", () => {
  for (const text of ["{{ with $ }}full{{ end }}", "{{ with . }}{{ .y }}{{ else }}empty{{ end }}full"]) {
    assert.equal(parseTemplate(text).render({ x: "1", y: "" }), "full");
  }
  assert.equal(parseTemplate("{{ with $ }}full{{ else }}empty{{ end }}").render({}), "empty");
  assert.equal(
    parseTemplate('{{ with $ }}{{ .y | default "full" }}{{ end }}').render({ x: "1", y: "" }),
    "full",
  );
});
