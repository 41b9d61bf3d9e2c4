import assert from "node:assert/strict";
import { parseTemplate, render, TemplateError } from "./mod.ts";

const runaways: Readonly<Record<string, string>> = {
  "a long repetition": '{{ repeat 1000000000 "x" }}',
  "nested ranges": "{{ range until 1000000 }}{{ range until 1000000 }}x{{ end }}{{ end }}",
  "a range over a large integer": "{{ range 1000000000 }}{{ end }}",
  "a long list": "{{ until 1000000000 }}",
  "a sequence": "{{ seq 1 1000000000 }}",
  "endless recursion": '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  "recursion with work on the way":
    '{{ define "a" }}{{ if true }}{{ with $ }}{{ range list 1 }}{{ template "a" . }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template "a" . }}',
  "doubling a text": '{{ $x := "x" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}',
  "doubling a list that is printed": "{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}",
  "doubling a list that is compared":
    "{{ $l := list 1 }}{{ $m := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ $m = list $m $m }}{{ end }}{{ deepEqual $l $m }}",
  "a map that contains itself": '{{ $d := dict }}{{ set $d "a" $d }}',
  "wide padding": '{{ printf "%1000000d%1000000d" 1 1 }}',
  "a deep expression": `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`,
  "deep nesting": "{{ if 1 }}".repeat(20_000) + "{{ end }}".repeat(20_000),
  "a pattern that expands": '{{ regexMatch "((a|b?|c?){500}d)+" (repeat 100000 "a") }}',
};

Deno.test("a template that would run away stops with a TemplateError", async (t) => {
  for (const [name, template] of Object.entries(runaways)) {
    await t.step(name, () => assert.throws(() => render(template, { x: 1 }), TemplateError));
  }
});

Deno.test("each limit can be set, and says which one was reached", async (t) => {
  const cases = [
    { limits: { steps: 10 }, template: "{{ range 100 }}{{ end }}", reason: /more than 10 steps/ },
    { limits: { bytes: 10 }, template: '{{ repeat 11 "x" | len }}', reason: /builds more than 10 bytes/ },
    { limits: { output: 10 }, template: "{{ range 11 }}x{{ end }}", reason: /prints more than 10 bytes/ },
    {
      limits: { depth: 1 },
      template: '{{ define "a" }}x{{ end }}{{ template "a" }}',
      reason: /maximum template depth \(1\)/,
    },
  ];
  for (const { limits, template, reason } of cases) {
    await t.step(template, () => {
      assert.throws(() => parseTemplate(template).render({}, { limits }), { name: "TemplateError", reason });
    });
  }
});

Deno.test("the time limit is checked on the given clock", () => {
  let now = 0;
  const milliseconds = () => now += 1000;
  const template = parseTemplate("{{ range 100000 }}{{ end }}");
  assert.throws(() => template.render({}, { milliseconds }), { reason: /takes longer than 5000 ms/ });
});
