import assert from "node:assert/strict";
import { administrators } from "./architecture/accounts.ts";
import { EXEMPTIONS, ROOM_IMPORTS } from "./architecture/house_rules.ts";
import { forbiddenImports, importCycles } from "./architecture/imports.ts";
import { purityProblems, staleActingFiles } from "./architecture/purity.ts";
import { shapeProblems } from "./architecture/shape.ts";
import { parse, readTree, roomOf } from "./architecture/source_tree.ts";
import { judge, type Violation } from "./architecture/violation.ts";

const files = (await readTree(new URL("../", import.meta.url), ["src", "tests", ".ci"])).map(parse);

/** Fails with one line a violation; exemptions that nothing needs are violations too. */
function assertKept(violations: readonly Violation[], rules: readonly string[]): void {
  assert.deepEqual(judge(violations, EXEMPTIONS.filter(({ rule }) => rules.includes(rule))), []);
}

Deno.test("rooms import only what the table allows them", () => {
  assertKept(forbiddenImports(files), ["import", "package"]);
});

Deno.test("every room has its line in the table, and every line its room", () => {
  const rooms = new Set(files.map((file) => roomOf(file.path)).filter((room) => room !== undefined));
  assert.deepEqual([...rooms].filter((room) => !(room in ROOM_IMPORTS)), []);
});

Deno.test("no files import each other in a circle", () => {
  assertKept(importCycles(files), ["import-cycle"]);
});

Deno.test("files, functions and parameter lists keep their size, names say what is in a file, no module holds state", () => {
  assertKept(files.flatMap(shapeProblems), [
    "file-lines",
    "function-lines",
    "parameters",
    "name",
    "module-state",
  ]);
});

Deno.test("what decides takes values and returns values", () => {
  assertKept(files.flatMap((file) => purityProblems(file)), ["purity"]);
  assert.deepEqual(staleActingFiles(files), []);
});

Deno.test("tests run the operator with the shipped account, not as an administrator", () => {
  assertKept(files.flatMap(administrators), ["administrator"]);
});

Deno.test("every exemption gives its reason", () => {
  assert.deepEqual(EXEMPTIONS.filter(({ reason }) => reason.length < 20), []);
});
