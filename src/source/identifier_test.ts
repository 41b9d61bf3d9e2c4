import assert from "node:assert/strict";
import fc from "fast-check";
import { checkColumns, type Dialect, planRead } from "./identifier.ts";
import { SourceError } from "./port.ts";

const backquotes: Dialect = { quote: (part) => `\`${part}\``, foldsCase: true };
const doubleQuotes: Dialect = { quote: (part) => `"${part}"`, foldsCase: false };

const mapping = (column: string) => ({ variable: column, column });

Deno.test("a plan is one SELECT with every name quoted by part", () => {
  const plan = planRead(
    { table: "db.tenants", columns: [mapping("id"), mapping("a.b"), mapping("id")] },
    backquotes,
  );
  assert.equal(plan.select, "SELECT `id`, `a.b`, `id` FROM `db`.`tenants`");
});

Deno.test("no accepted name holds a character that a quoted name could be left with", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 12 }), fc.boolean(), (name, asTable) => {
      const query = asTable
        ? { table: name, columns: [mapping("id")] }
        : { table: "t", columns: [mapping(name)] };
      try {
        planRead(query, backquotes);
      } catch (error) {
        assert.ok(error instanceof SourceError && error.code === "InvalidConfig");
        return;
      }
      assert.doesNotMatch(name, /[`'"\\;()\p{Cc}]/u);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a refused name is shown escaped and cut", () => {
  const name = `\0${"x".repeat(5_000)}`;
  assert.throws(() => planRead({ table: name, columns: [mapping("id")] }, backquotes), (error: unknown) => {
    assert.ok(error instanceof SourceError);
    assert.ok(error.message.length < 200 && !error.message.includes("\0"));
    return true;
  });
});

Deno.test("columns are compared as the database compares them", () => {
  const query = { table: "t", columns: [mapping("UID")] };
  checkColumns(planRead(query, backquotes), ["uid"], backquotes);
  assert.throws(() => checkColumns(planRead(query, doubleQuotes), ["uid"], doubleQuotes), {
    code: "ColumnNotFound",
    remedy: 'did you mean "uid"? it has uid',
  });
});

Deno.test("what maps a column that is not there is named", () => {
  const plan = planRead(
    { table: "t", columns: [{ ...mapping("b"), field: "valueMappings.uid" }] },
    backquotes,
  );
  const message = 'table t has no column "b", which valueMappings.uid names';
  assert.throws(() => checkColumns(plan, ["a"], backquotes), { code: "ColumnNotFound", message });
});

Deno.test("a far name gets no suggestion, and a wide table a short list", () => {
  const query = { table: "t", columns: [mapping("activate")] };
  const existing = Array.from({ length: 100 }, (_, index) => `column_${index}`);
  assert.throws(() => checkColumns(planRead(query, backquotes), existing, backquotes), (error: unknown) => {
    assert.ok(error instanceof SourceError);
    assert.match(error.remedy, /^it has column_0, .*column_29 and 70 more$/);
    return true;
  });
});
