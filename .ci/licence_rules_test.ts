import assert from "node:assert/strict";
import fc from "fast-check";
import { ALLOWED_LICENCES, isAllowed, licenceOf, licenceProblems } from "./licence_rules.ts";

Deno.test("an expression is allowed when it can be met with allowed licences", () => {
  const allowed = [
    "MIT",
    "(MIT)",
    "MIT OR GPL-3.0-only",
    "GPL-3.0-only OR (MIT AND ISC)",
    "MIT AND Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "(GPL-2.0-only OR MIT) AND (0BSD OR LGPL-3.0-only)",
  ];
  const refused = [
    "GPL-3.0-only",
    "MIT AND GPL-3.0-only",
    "GPL-3.0-only AND MIT OR AGPL-3.0-only",
    "UNLICENSED",
    "SEE LICENSE IN LICENCE.md",
    "",
    "MIT OR",
    "OR MIT",
    "(MIT",
    "MIT)",
    "MIT ISC",
    "()",
    "mit",
  ];
  assert.deepEqual(allowed.filter((each) => !isAllowed(each)), []);
  assert.deepEqual(refused.filter((each) => isAllowed(each)), []);
});

Deno.test("OR and AND of licences are or and and of their being allowed", () => {
  const licence = fc.constantFrom("MIT", "ISC", "GPL-3.0-only", "SSPL-1.0");
  fc.assert(fc.property(licence, licence, licence, (a, b, c) => {
    const is = (name: string) => ALLOWED_LICENCES.has(name);
    assert.equal(isAllowed(`${a} OR ${b} AND ${c}`), is(a) || is(b) && is(c));
    assert.equal(isAllowed(`(${a} OR ${b}) AND ${c}`), (is(a) || is(b)) && is(c));
  }));
});

Deno.test("the licence of a package is read in every spelling that the registry has", () => {
  assert.equal(licenceOf({ license: " MIT " }), "MIT");
  assert.equal(licenceOf({ license: { type: "ISC", url: "https://example.com" } }), "ISC");
  assert.equal(licenceOf({ licenses: [{ type: "MIT" }] }), "MIT");
  assert.equal(licenceOf({ licenses: [{ type: "MIT" }, "Apache-2.0"] }), "(MIT OR Apache-2.0)");
  for (const none of [{}, { license: "" }, { licenses: [] }, { license: 3 }, { licenses: [{ url: "x" }] }]) {
    assert.equal(licenceOf(none), undefined);
  }
});

Deno.test("a problem names the package and its licence", () => {
  const licences = new Map([["a@1.0.0", "MIT"], ["b@2.0.0", "SSPL-1.0"], ["c@3.0.0", undefined]]);
  assert.deepEqual(licenceProblems(licences), [
    "b@2.0.0 has the licence SSPL-1.0, which is not on the list",
    "c@3.0.0 names no licence in its package.json",
  ]);
});
