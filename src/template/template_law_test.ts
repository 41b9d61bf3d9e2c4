import assert from "node:assert/strict";
import fc from "fast-check";
import { functions } from "./functions.ts";
import { parseTemplate, TemplateError } from "./mod.ts";

const limits = { steps: 20_000, bytes: 4_000_000, output: 100_000 };

/** Functions that take long by their nature. */
const slow = /^(gen|bcrypt|htpasswd|derivePassword|buildCustomCert|encryptAES)/;
const names = Object.keys(functions).filter((name) => !slow.test(name));

const word = fc.constantFrom(
  ...[
    ".",
    ".a",
    ".b.c",
    "$",
    "$x",
    "$x := .a",
    "1",
    "-2.5",
    "0x1F",
    "1e400",
    "2i",
    "'a'",
    '"s"',
    "`r`",
    "nil",
    "true",
  ],
  ...[
    "(",
    ")",
    "|",
    "| len",
    "| int",
    ",",
    "=",
    ":=",
    "end",
    "else",
    "if .a",
    "range .l",
    "range 3",
    "with .m",
    "break",
  ],
  ...[
    'template "t" .',
    'define "t"',
    'block "b" .',
    "continue",
    "printf `%5.1v%[2]*d`",
    "é",
    "\u00a0",
    "-",
    "/*",
    "*/",
  ],
);
const action = fc.array(fc.oneof(word, fc.constantFrom(...names), fc.string({ maxLength: 5 })), {
  maxLength: 7,
})
  .map((words) => `{{ ${words.join(" ")} }}`);
const piece = fc.oneof(
  action,
  fc.constantFrom("{{ end }}", "{{- end -}}", "{{ else }}", "{{", "}}", "\n", "text"),
  fc.string(),
);
const template = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

const data = fc.dictionary(
  fc.constantFrom("a", "b", "l", "m", "x", "__proto__", "constructor"),
  fc.anything(),
  {
    maxKeys: 5,
  },
);

Deno.test("whatever template and data, nothing but a TemplateError is thrown", () => {
  fc.assert(
    fc.property(template, data, (text, values) => {
      try {
        const parsed = parseTemplate(text);
        assert.equal(typeof parsed.render(values, { limits }), "string");
        parsed.renderValue(values, { limits });
      } catch (error) {
        assert(error instanceof TemplateError, `${text}: ${error}`);
        assert(error.line >= 0 && error.column >= 0);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("calls of every function with any arguments throw nothing but a TemplateError", () => {
  const operand = fc.constantFrom(
    ...[
      ".s",
      ".n",
      ".nil",
      ".l",
      ".m",
      ".t",
      "1",
      "-1",
      "2.5",
      '"a"',
      '""',
      "nil",
      "(dict)",
      "(list 1 `a`)",
      "(now)",
    ],
  );
  const call = fc.tuple(fc.constantFrom(...names), fc.array(operand, { maxLength: 4 }));
  const values = { s: "text, é", n: 3, nil: null, l: ["a", 1, null], m: { a: { b: 1 } }, t: true };
  fc.assert(
    fc.property(call, ([name, args]) => {
      try {
        parseTemplate(`{{ ${[name, ...args].join(" ")} }}`).render(values, { limits });
      } catch (error) {
        assert(error instanceof TemplateError, `${name} ${args}: ${error}`);
        assert(!error.message.includes("internal failure"), `${name} ${args}: ${error.message}`);
      }
    }),
    { numRuns: 4000 },
  );
});

Deno.test("a value is printed as it is, whatever stands in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (v) => {
      assert.equal(parseTemplate("{{ .v }}").render({ v }), v);
      assert.equal(parseTemplate("{{ .v }}").renderValue({ v }), v);
      assert.equal(parseTemplate("{{ .v | toJson | fromJson }}").render({ v }), v);
      assert.equal(parseTemplate("{{ .v | b64enc | b64dec }}").render({ v }), v);
    }),
  );
});

Deno.test("an integer survives a typed field exactly", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const rendered = parseTemplate("{{ .v | int }}").renderValue({ v: String(value) });
      assert.equal(BigInt(rendered as number | bigint), value);
    }),
  );
});
