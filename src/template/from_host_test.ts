import assert from "node:assert/strict";
import { parseTemplate, TemplateError } from "./mod.ts";

Deno.test("a missing field is suggested from all the data, whichever fields the template reads", () => {
  const template = parseTemplate("{{ .uid }} {{ .plam }}");
  assert.throws(
    () => template.render({ uid: "a", plan: "pro" }),
    (error) => error instanceof TemplateError && error.hint === 'did you mean "plan"?',
  );
});

Deno.test("a template that takes the root as a whole sees every field", () => {
  const data = { a: "1", b: "2", ["__proto__"]: "own" };
  assert.equal(parseTemplate('{{ .a }}{{ index . "b" }}{{ len . }}').render(data), "123");
  assert.equal(parseTemplate("{{ range $k, $v := . }}{{ $k }}{{ end }}").render({ a: 1, b: 2 }), "ab");
  assert.equal(
    parseTemplate('{{ define "t" }}{{ .b }}{{ end }}{{ .a }}{{ template "t" . }}').render(data),
    "12",
  );
  assert.equal(
    parseTemplate('{{ define "t" }}{{ len . }}{{ end }}{{ with $ }}{{ template "t" $ }}{{ end }}').render(
      data,
    ),
    "3",
  );
  assert.equal(parseTemplate("{{ .__proto__ }}").render(data), "own");
  assert.throws(() => parseTemplate("{{ .toString }}").render(data), TemplateError);
});
