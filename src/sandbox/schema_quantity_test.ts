import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalQuantity, nanosOfQuantity } from "./schema_quantity.ts";

Deno.test("quantities are written back in the shortest form of their suffix", () => {
  const table: Readonly<Record<string, string | undefined>> = {
    "0.5": "500m",
    "1000m": "1",
    "1500m": "1500m",
    "1024Mi": "1Gi",
    "1.5Gi": "1536Mi",
    "0.1Ki": "102400m",
    "100M": "100M",
    "1000k": "1M",
    "1e3": "1e3",
    "-2000m": "-2",
    "0Gi": "0",
    "0.0000000001": "1n",
    "": undefined,
    "1 Gi": undefined,
    "lots": undefined,
  };
  for (const [given, wanted] of Object.entries(table)) {
    assert.equal(canonicalQuantity(given), wanted, JSON.stringify(given));
  }
});

Deno.test("the canonical form is its own canonical form, and means the same", () => {
  const suffix = fc.constantFrom("", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "E-2");
  const number = fc.tuple(fc.nat(99_999), fc.option(fc.nat(999), { nil: undefined }));
  fc.assert(fc.property(number, suffix, ([whole, fraction], unit) => {
    const text = `${whole}${fraction === undefined ? "" : `.${fraction}`}${unit}`;
    const canonical = canonicalQuantity(text);
    assert.ok(canonical !== undefined);
    assert.equal(canonicalQuantity(canonical), canonical);
    assert.equal(nanosOfQuantity(canonical), nanosOfQuantity(text));
  }));
});
