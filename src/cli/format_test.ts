import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, parseAllDocuments, stringify } from "yaml";
import { lazySchemas } from "./fmt.ts";
import { formatYaml } from "./format.ts";

const schemas = lazySchemas();

function format(text: string): string {
  const { text: out, problems } = formatYaml(text, schemas);
  assert.deepEqual(problems, []);
  return out;
}

/** Pieces that YAML and templates are made of, in any order. */
const fragments = fc.constantFrom(
  ..."a|b: |- |key:|: |{{ .x }}|{{ .n | int }}|{{|}}|{{ if .a }}|{{ else }}|{{ end }}|{{- .y -}}|\"|'|#| # c|\\|"
    .split("|"),
  ...[
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "|",
    "|-\n",
    ">\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "---\n",
    "...\n",
    "&a ",
    "*a",
    "!t ",
    "%Y\n",
  ],
  ...[
    "a: 1\n",
    "b:\n  c: {{ .z }}\n",
    "a: {{ .q }}\n",
    "l:\n  - 1\n",
    "m: {x: 1}\n",
    "\r\n",
    "\t",
    "\u{1F600}",
    "",
    "? ",
  ],
);

Deno.test("formatting never throws, and what it gave without a problem it leaves as it is", () => {
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 24 }), (parts) => {
      const first = formatYaml(parts.join(""), schemas);
      assert.equal(first.origins.length, first.text.split("\n").length);
      if (first.problems.length > 0) return;
      const again = formatYaml(first.text, schemas);
      assert.deepEqual([again.text, again.changes], [first.text, []]);
    }),
    { numRuns: 3000 },
  );
});

const leaf = fc.oneof(
  fc.constantFrom(
    "{{ .x }}",
    "a {{ .x }} b",
    "{{ if .x }}1{{ end }}",
    "x: {{ .y }}",
    "it's",
    'say "x"',
    "# no",
    "{{",
    "5",
  ),
  fc.string({ unit: "binary-ascii", maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { value: yamlValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

Deno.test("YAML that is sound already means the same after formatting", () => {
  fc.assert(
    fc.property(
      yamlValue,
      fc.constantFrom("block" as const, "flow" as const),
      fc.boolean(),
      (value, style, long) => {
        const text = stringify({ top: value }, { collectionStyle: style, lineWidth: long ? 0 : 20 });
        // The writer breaks some escapes where it folds a line.
        fc.pre(parseAllDocuments(text).every((document) => document.errors.length === 0));
        const { text: out, problems } = formatYaml(text, schemas);
        if (problems.length === 0) assert.deepEqual(parse(out), parse(text));
        else assert.match(text, /\{\{/);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("a template that stands unquoted reads as the same template in quotes", () => {
  const template = fc.constantFrom(
    "{{ .name }}",
    '{{ .name | default "a: b" }}',
    "{{ .a }}-{{ .b }}",
    "{{ .x | trunc 3 }} # c",
  );
  const frame = fc.constantFrom(
    "k: @\n",
    "- @\n",
    "a:\n  - b: @\n    c: 1\n",
    "a: {b: @, c: [@]}\n",
    "a:\n  @\n",
  );
  fc.assert(
    fc.property(frame, template, (yaml, source) => {
      const scalar = source.replace(/ #.*$/, "");
      // A comment would hide the end of a flow map.
      fc.pre(source === scalar || !yaml.includes("{"));
      const out = format(yaml.replaceAll("@", source));
      assert.deepEqual(parse(out), parse(yaml.replaceAll("@", JSON.stringify(scalar))));
    }),
  );
});

Deno.test("what only looks like an unquoted template stays", () => {
  const text = `# {{ .a }}
a: "{{ .b }}" # {{ .c }}
b: 'it''s {{ .d }}'
c: |
  {{ if .e }}
  x: {{ .f }}

  {{ end }}
d: >-
    {{ .g }}
e: nginx:{{ .tag }}
f: plain
  {{ .continued }}
- |
 {{ .h }}
`.replace("- |\n {{ .h }}\n", "");
  assert.equal(format(text), text);
  assert.equal(format("- |\n {{ .h }}\n- a\n"), "- |\n {{ .h }}\n- a\n");
});

Deno.test("a field has the type of its schema, also through a choice and in flow maps", () => {
  const text = `apiVersion: apps/v1
kind: Deployment
spec: {replicas: {{ if .big }}5{{ else }}{{ .n }}{{ end }}, paused: {{ .p }}}
`;
  assert.equal(
    format(text).split("\n")[2],
    `spec: {replicas: "{{ if .big }}{{ 5 | int }}{{ else }}{{ .n | int }}{{ end }}", paused: "{{ .p | bool }}"}`,
  );
});

const pod = (line: string) => `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - ${line}\n`;

Deno.test("each kind of field gets its type", () => {
  const cases: [string, string][] = [
    [pod("ports: [{containerPort: {{ .p }}}]"), "{{ .p | int }}"],
    [pod("stdin: {{ .tty }}"), "{{ .tty | bool }}"],
    [pod("image: {{ .image }}"), "{{ .image }}"],
    [pod("resources: {limits: {cpu: {{ .cpu }}}}"), "{{ .cpu }}"],
    [pod("env: [{name: A, value: {{ .count }}}]"), "{{ .count }}"],
    [pod("args: {{ .args }}"), "{{ .args | mustFromJson | asValue }}"],
    [pod("args: {{ list .a .b }}"), "{{ list .a .b | asValue }}"],
    [pod("livenessProbe: {httpGet: {port: {{ .port }}}}"), "{{ .port | int }}"],
    [pod("livenessProbe: {httpGet: {port: {{ .portName }}}}"), "{{ .portName }}"],
    [pod("name: {{ .x | quote }}"), "{{ .x }}"],
    [pod("name: {{ quote .x }}"), "{{ .x }}"],
    ["allocatedStorage: {{ .gb }}\n", "{{ .gb | int }}"],
    ["multiAZ: {{ .az }}\n", "{{ .az | bool }}"],
    ["x: {{ .ratio | default 0.5 }}\n", "{{ .ratio | default 0.5 | float }}"],
    ["x: {{ gt (len .a) 3 }}\n", "{{ gt (len .a) 3 | bool }}"],
    ["x: {{ .whatever }}\n", "{{ .whatever }}"],
  ];
  for (const [text, wanted] of cases) {
    assert.ok(format(text).includes(`"${wanted}"`), `${text} -> ${format(text)}`);
  }
});

Deno.test("what is printed in several parts stays a text, with the reason", () => {
  const { text, changes } = formatYaml("replicas: {{ .a }}{{ .b }}\n", schemas);
  assert.equal(text, 'replicas: "{{ .a }}{{ .b }}"\n');
  assert.match(changes[0]?.message ?? "", /a text: it is printed in several parts/);
});

Deno.test("keys that stand twice are merged: lists joined, maps united, equal values kept once", () => {
  const text = `a:
  - 1 # one
  # last
b: x
# more of a
a: # again
    - 2
    -
        c: |
          keep
b: x
m: {p: 1}
m:
  q: 2
n:
n: 3
`;
  const out = format(text);
  assert.deepEqual(parse(out), { a: [1, 2, { c: "keep\n" }], b: "x", m: { p: 1, q: 2 }, n: 3 });
  assert.match(out, /^a:\n {2}- 1 # one\n {2}# last\n {2}# more of a\n {2}# again\n {2}- 2\n/);
});

Deno.test("keys inside united maps are merged too, in every document", () => {
  const text = "a: 1\n---\nm:\n  l: [1]\n  k: 1\nm:\n  l:\n    - 2\n  k: 1\n";
  assert.deepEqual(parseAllDocuments(format(text)).map((document) => document.toJS()), [
    { a: 1 },
    { m: { l: [1, 2], k: 1 } },
  ]);
});

Deno.test("a map cut into several of the same key is whole again, whatever their styles", () => {
  const styles = fc.constantFrom("block" as const, "flow" as const);
  const part = fc.record({ style: styles, items: fc.array(yamlValue, { minLength: 1, maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 4 }), fc.nat(4), (parts, indent) => {
      const listOf = (items: readonly unknown[], collectionStyle: "block" | "flow") =>
        collectionStyle === "block"
          ? stringify({ list: items }, { collectionStyle, indent: 1 + indent, lineWidth: 0 })
          : `list: ${stringify(items, { collectionStyle, lineWidth: 0 })}`;
      const texts = parts.map(({ style, items }, n) =>
        `# ${n}\n` + listOf(items, style) +
        stringify({ [`k${n}`]: n })
      );
      const { text, problems } = formatYaml(texts.join(""), schemas);
      if (problems.length > 0) return assert.match(texts.join(""), /\{\{/);
      // A part that is the same as what stands before it is a repetition, and kept once.
      const all = parts.map(({ items }) => items).filter((items, n, lists) =>
        n === 0 || !sameAs(items, lists.slice(0, n).flat())
      );
      const keys = Object.fromEntries(parts.map((_, n) => [`k${n}`, n]));
      const merged = parse(text);
      if (all.length === parts.length) assert.deepEqual(merged, { list: all.flat(), ...keys });
    }),
    { numRuns: 500 },
  );
});

function sameAs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

Deno.test("two values of one key are refused with both lines", () => {
  const { text, problems } = formatYaml("a: 1\nb: 2\na: 3\n", schemas);
  assert.equal(text, "a: 1\nb: 2\na: 3\n");
  assert.deepEqual(problems.map(({ line }) => line), [3]);
  assert.match(
    problems[0]?.message ?? "",
    /a stands twice in one map, with different values on lines 1 and 3/,
  );
});

Deno.test("what can't be rewritten is told with its line and the way out", () => {
  const cases: [string, number, RegExp][] = [
    ["a:\n{{- if .x }}\n  b: 1\n{{- end }}\n", 2, /view of the database/],
    ["a: 1\n{{ .more }}\n", 2, /stands around or beside YAML lines/],
    ["a: 1\n{{ .key }}: 2\n", 2, /keys are not rendered/],
    ["a: {{ .x\nb: 2\n", 1, /not closed/],
    ["a: {{ .x | nope }}\n", 1, /function "nope" not defined/],
    ["a: {{ .x }}\n b: 2\n", 1, /no YAML|view of the database/],
  ];
  for (const [text, line, message] of cases) {
    const { problems } = formatYaml(text, schemas);
    assert.match(problems[0]?.message ?? "none", message, text);
    if (!/ b: 2/.test(text)) assert.equal(problems[0]?.line, line, text);
  }
});

Deno.test("every line of the result knows the line that it comes from", () => {
  const { text, origins } = formatYaml("l:\n  - 1\nx: {{ .a }}\nl:\n  - 2\ny: 1\n", schemas);
  const lines = text.split("\n");
  assert.equal(origins[lines.indexOf("  - 2")], 5);
  assert.equal(origins[lines.indexOf('x: "{{ .a }}"')], 3);
  assert.equal(origins[lines.indexOf("y: 1")], 6);
});
