import assert from "node:assert/strict";
import { render, renderValue, TemplateError } from "./mod.ts";

const row = {
  n: "5",
  big: "9007199254740993",
  f: "2.5",
  on: "Yes",
  off: "0",
  bad: "many",
  empty: "",
  json: '{"a":[1,"x"]}',
};

Deno.test("a field is typed when int, float or bool prints all of it", () => {
  assert.equal(renderValue("{{ .n | int }}", row), 5);
  assert.equal(renderValue("{{ int .big }}", row), 9007199254740993n);
  assert.equal(renderValue("{{ float .f }}", row), 2.5);
  assert.equal(renderValue("{{ bool .on }}", row), true);
  assert.equal(renderValue("{{ .off | bool }}", row), false);
});

Deno.test("control flow, variables, parentheses and templates around the value keep the type", async (t) => {
  const templates = [
    "{{ if .on }}{{ 5 | int }}{{ else }}{{ 2 | int }}{{ end }}",
    "{{ $x := .n | int }}{{ $x }}",
    "{{ with .n | int }}{{ . }}{{ end }}",
    '{{ define "n" }}{{ .n | int }}{{ end }}{{ template "n" . }}',
    '{{ block "n" .n }}{{ int . }}{{ end }}',
    "{{ (int .n) }}",
    "{{ or (int .n) 3 }}",
    "{{ default 3 (int .n) }}",
    "{{ range list .n }}{{ int . }}{{ end }}",
    "{{- /* nothing */ -}} {{- .n | int -}} ",
    "{{ .empty }}{{ .n | int }}",
  ];
  for (const template of templates) {
    await t.step(template, () => assert.equal(renderValue(template, row), 5));
  }
});

Deno.test("anything else that is printed keeps the field a text", async (t) => {
  const templates: [string, string][] = [
    ["{{ .n }}", "5"],
    ["{{ .n | int }}m", "5m"],
    [" {{ .n | int }}", " 5"],
    ["{{ .n | int }}{{ .n | int }}", "55"],
    ["{{ add (.n | int) 1 }}", "6"],
    ["{{ .n | int | toString }}", "5"],
    ['{{ printf "%d" (int .n) }}', "5"],
    ["{{ add 1 2 }}", "3"],
    ["{{ if bool .off }}yes{{ else }}no{{ end }}", "no"],
    ["port-{{ int .bad }}", "port-0"],
  ];
  for (const [template, text] of templates) {
    await t.step(template, () => assert.equal(renderValue(template, row), text));
  }
});

Deno.test("texts become integers as people mean them", () => {
  const read = (n: string) => renderValue("{{ .n | int }}", { n });
  assert.deepEqual(["010", "2.8", "1e3", "1_000", "0x1F", "-7", "08"].map(read), [
    10,
    2,
    1000,
    1000,
    31,
    -7,
    8,
  ]);
});

Deno.test("a value that is no number is an error in a typed field, and never quoted", async (t) => {
  const secret = "s3cret-many";
  const values = [secret, "", " 5 ", "99999999999999999999", "NaN", "Inf", "1e400"];
  for (const template of ["{{ .v | int }}", "{{ if .v }}{{ .v | int }}{{ else }}{{ .v | int }}{{ end }}"]) {
    for (const v of values) {
      await t.step(`${template} of ${JSON.stringify(v)}`, () => {
        assert.throws(() => renderValue(template, { v }), (error) => {
          assert(error instanceof TemplateError);
          assert.equal(error.stage, "exec");
          assert.match(error.site, /at <\{\{.v \| int\}\}>$/);
          assert(!error.message.includes(secret));
          return true;
        });
      });
    }
  }
  assert.throws(() => renderValue("{{ float .v }}", { v: "NaN" }), TemplateError);
  assert.equal(render("{{ .v | int }}", { v: "many" }), "0");
});

Deno.test("a row value can neither type a field nor run as a template", () => {
  for (const v of ["5", "true", "{{ 5 | int }}", "__LYNQ_TYPE_INT__5", "\u0000int\u00005"]) {
    assert.equal(renderValue("{{ .v }}", { v }), v);
    assert.equal(renderValue("{{ .v | trim | toString }}", { v: ` ${v} ` }), v.trim());
  }
});

Deno.test("asValue makes a field the list or map itself, and gives JSON inside a text", () => {
  assert.deepEqual(renderValue("{{ fromJson .json | asValue }}", row), { a: [1, "x"] });
  assert.deepEqual(renderValue('{{ list 1 "a" nil | asValue }}', row), [1, "a", null]);
  assert.equal(renderValue("data: {{ fromJson .json | asValue }}", row), 'data: {"a":[1,"x"]}');
  assert.equal(renderValue("{{ fromJson .json }}", row), "map[a:[1 x]]");
});

Deno.test("the key __proto__ is a key like any other", () => {
  const data = JSON.parse('{"__proto__": "p", "constructor": "c"}');
  assert.equal(render("{{ .__proto__ }}{{ .constructor }}", data), "pc");
  assert.throws(() => render("{{ .__proto__ }}", {}), TemplateError);
  assert.throws(() => render("{{ .toString }}", {}), TemplateError);
  const value = renderValue('{{ dict "__proto__" (dict "polluted" "yes") | asValue }}', {});
  assert.deepEqual(Object.keys(Object(value)), ["__proto__"]);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});
