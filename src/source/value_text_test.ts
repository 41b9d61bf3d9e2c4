import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CellError,
  checkedText,
  floatText,
  MAX_CELL_BYTES,
  rowOf,
  timestampText,
  utf8Text,
} from "./value_text.ts";

Deno.test("floats print as Go's 'g' does", () => {
  const cases: readonly { readonly value: number; readonly text: string }[] = [
    { value: 3.14, text: "3.14" },
    { value: 100_000, text: "100000" },
    { value: 123_456, text: "123456" },
    { value: 999_999.5, text: "999999.5" },
    { value: 1_000_000, text: "1e+06" },
    { value: 1_234_567, text: "1.234567e+06" },
    { value: 0.0001, text: "0.0001" },
    { value: 0.00001, text: "1e-05" },
    { value: 1e21, text: "1e+21" },
    { value: -1.5e-300, text: "-1.5e-300" },
    { value: 5e-324, text: "5e-324" },
    { value: 0, text: "0" },
    { value: -0, text: "-0" },
  ];
  for (const { value, text } of cases) assert.equal(floatText(value), text);
});

Deno.test("a float's text is the same float again", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.ok(Object.is(Number(floatText(value)), value));
  }));
});

Deno.test("a time in UTC keeps its instant and loses trailing zeros only", () => {
  const dates = fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(dates, fc.constantFrom("", "+00", "Z", "+00:00"), (date, zone) => {
    const iso = date.toISOString();
    const text = timestampText(`${iso.slice(0, 10)} ${iso.slice(11, -1)}${zone}`);
    assert.equal(new Date(text ?? "").getTime(), date.getTime());
    assert.doesNotMatch(text ?? "", /0Z$(?<=\.\d+Z)/);
  }));
});

Deno.test("a time of another zone or form is no timestamp", () => {
  for (
    const text of [
      "2024-01-15 10:30:00+02",
      "infinity",
      "0044-03-15 BC",
      "2024-1-5",
      "12024-01-15",
      "",
      "10:30:00",
    ]
  ) {
    assert.equal(timestampText(text), undefined, text);
  }
});

Deno.test("text is refused when it is too long or no UTF-8, without showing it", () => {
  const refused = (work: () => unknown) =>
    assert.throws(work, (error: unknown) => error instanceof CellError && !error.message.includes("secret"));
  refused(() => utf8Text(Uint8Array.of(0x73, 0xff)));
  refused(() => utf8Text(new Uint8Array(MAX_CELL_BYTES + 1)));
  refused(() => checkedText("secret".repeat(MAX_CELL_BYTES / 4)));
  refused(() => checkedText("é".repeat(MAX_CELL_BYTES / 2 + 1)));
  assert.equal(checkedText("é".repeat(MAX_CELL_BYTES / 2)).length, MAX_CELL_BYTES / 2);
  assert.equal(utf8Text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
});

Deno.test("a row takes any variable name", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), (variables) => {
    const row = rowOf([...variables, "__proto__"].map((variable) => ({ variable, column: "c" })), String);
    for (const [index, variable] of variables.entries()) {
      if (variable !== "__proto__") assert.equal(row[variable], String(index));
    }
    assert.equal(row["__proto__"], String(variables.length));
  }));
});

Deno.test("a cell without text is unusable by itself, and any other error is one of the read", () => {
  const mappings = [{ variable: "a", column: "first" }, { variable: "b", column: "second" }];
  const row = rowOf(mappings, (index) => index === 0 ? utf8Text(Uint8Array.of(0xff)) : "fine");
  assert.deepEqual({ ...row }, { a: { column: "first", problem: "its 1 bytes are not UTF-8" }, b: "fine" });
  assert.throws(() =>
    rowOf(mappings, () => {
      throw new TypeError("another");
    }), TypeError);
});
