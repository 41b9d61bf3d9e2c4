import assert from "node:assert/strict";
import fc from "fast-check";
import { CsvError, parseCsv } from "./csv.ts";
import { FileProblem } from "./input_files.ts";
import { hubSpecOf, rowOfFlags, rowsOfFile, strangeNames, verdictOf } from "./row_input.ts";

const hub = {
  ...hubSpecOf([]),
  valueMappings: { uid: "id", activate: "is_active" },
  extraValueMappings: { plan: "plan_name" },
};

Deno.test("any table survives being written as CSV and read", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", " ", "é"), maxLength: 5 });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 })), fc.boolean(), (rows, newline) => {
      const text = rows.map((row) => row.map(quoted).join(",")).join("\n") + (newline ? "\n" : "");
      assert.deepEqual(parseCsv(text), rows);
    }),
  );
});

Deno.test("a quote in the wrong place of a CSV is told with its record", () => {
  for (const text of ['a,b\nx"y,1\n', 'a,b\n"x,1\n', 'a,b\n"x"y,1\n']) {
    assert.throws(() => parseCsv(text), (error) => error instanceof CsvError && error.record === 2);
  }
});

Deno.test("a row's values are found by variable or column, and it is active unless it says otherwise", () => {
  const active = { kind: "active", row: { uid: "a", values: { activate: "true", plan: "pro" } } };
  assert.deepEqual(verdictOf(hub, { uid: "a", plan: "pro" }), active);
  assert.deepEqual(verdictOf(hub, { id: "a", plan_name: "pro", is_active: "true" }), active);
  assert.deepEqual(verdictOf(hub, { id: "a", activate: "0" }), { kind: "inactive", uid: "a" });
  assert.equal(verdictOf(hub, { id: "A b" }).kind, "quarantined");
});

Deno.test("values of JSON become the texts that a database gives", () => {
  const [row] = rowsOfFile({
    name: "rows.json",
    text: '{ "a": 1.5, "b": true, "c": null, "d": [1], "e": "x" }',
  });
  assert.deepEqual({ ...row }, { a: "1.5", b: "true", c: "", d: "[1]", e: "x" });
});

Deno.test("rows that can't be read are told with what is wanted", () => {
  const cases: [string, string, RegExp][] = [
    ["rows.json", "{", /no JSON; rows are a JSON list of objects/],
    ["rows.json", "[1]", /row 1 is no object/],
    ["rows.csv", "", /the first line names the columns/],
    ["rows.csv", "a,b\n1\n", /row 1 has 1 values, the header 2 names/],
    ["rows.csv", 'a,b\n"1\n', /record 2/],
  ];
  for (const [name, text, message] of cases) {
    assert.throws(
      () => rowsOfFile({ name, text }),
      (error) => error instanceof FileProblem && message.test(error.message),
      text,
    );
  }
  assert.throws(() => rowOfFlags(["uid"]), FileProblem);
  assert.deepEqual({ ...rowOfFlags(["a=b=c", "__proto__=x"]) }, { a: "b=c", ["__proto__"]: "x" });
});

Deno.test("names that a hub does not know come with what may be meant", () => {
  assert.deepEqual(strangeNames(hub, { uid: "a", plan_name: "x", plan: "y" }), []);
  assert.deepEqual(strangeNames(hub, { plam: "x" }), ['the hub maps no "plam"; did you mean "plan"?']);
});
