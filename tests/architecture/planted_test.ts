import assert from "node:assert/strict";
import { administrators } from "./accounts.ts";
import { forbiddenImports, importCycles } from "./imports.ts";
import { purityProblems, staleActingFiles } from "./purity.ts";
import { shapeProblems } from "./shape.ts";
import { parse } from "./source_tree.ts";
import { judge, type Violation } from "./violation.ts";

/** `rule subject` of each violation, so that a planted case says what must be seen. */
function told(violations: readonly Violation[]): string[] {
  return violations.map(({ rule, subject }) => `${rule} ${subject}`);
}

function imports(path: string, text: string): string[] {
  return told(forbiddenImports([parse({ path, text })]));
}

function shape(path: string, text: string): string[] {
  return told(shapeProblems(parse({ path, text })));
}

function purity(path: string, text: string): string[] {
  return told(purityProblems(parse({ path, text }), { "src/node/reconcile.ts": "acts" }));
}

Deno.test("planted imports: a forbidden room is seen in every spelling of an import", () => {
  const forbidden = ["import src/node/plan.ts"];
  assert.deepEqual(imports("src/hub/plan.ts", `import { a } from "../node/plan.ts";`), forbidden);
  assert.deepEqual(imports("src/hub/plan.ts", `import type { A } from "../node/plan.ts";`), forbidden);
  assert.deepEqual(imports("src/hub/plan.ts", `export { a } from "../node/plan.ts";`), forbidden);
  assert.deepEqual(imports("src/hub/plan.ts", `const a = await import("../node/plan.ts");`), forbidden);
  assert.deepEqual(imports("src/hub/plan.ts", `type A = import("../node/plan.ts").A;`), forbidden);
});

Deno.test("planted imports: what the table allows, the own room and tests are left alone", () => {
  assert.deepEqual(
    imports("src/hub/reconcile.ts", `import { a } from "../api/hub.ts"; import { b } from "./plan.ts";`),
    [],
  );
  assert.deepEqual(imports("src/hub/plan_test.ts", `import { a } from "../node/plan.ts";`), []);
});

Deno.test("planted imports: api takes only the object types of kube, and the program takes nothing from tests", () => {
  assert.deepEqual(imports("src/api/hub.ts", `import { x } from "../kube/object.ts";`), []);
  assert.deepEqual(imports("src/api/hub.ts", `import { x } from "../kube/http_client.ts";`), [
    "import src/kube/http_client.ts",
  ]);
  assert.deepEqual(imports("src/hub/plan.ts", `import { x } from "../../tests/support/rows.ts";`), [
    "import tests/support/rows.ts",
  ]);
});

Deno.test("planted imports: a package outside its room is seen, its types are free", () => {
  assert.deepEqual(imports("src/node/render.ts", `import { Eta } from "eta";`), ["package eta"]);
  assert.deepEqual(imports("src/node/render.ts", `import vm from "node:vm";`), ["package node:vm"]);
  assert.deepEqual(
    imports("src/cli/get.ts", `import type { KubeConfig } from "@kubernetes/client-node";`),
    [],
  );
  assert.deepEqual(imports("src/kube/credentials.ts", `await import("@kubernetes/client-node");`), []);
});

Deno.test("planted imports: a circle at run time is seen, one of types is not", () => {
  const a = (
    text: string,
  ) => [parse({ path: "src/hub/a.ts", text }), parse({ path: "src/hub/b.ts", text: `import "./a.ts";` })];
  assert.deepEqual(told(importCycles(a(`import { b } from "./b.ts";`))), ["import-cycle src/hub/b.ts"]);
  assert.deepEqual(importCycles(a(`import type { B } from "./b.ts";`)), []);
});

Deno.test("planted shape: sizes are counted to the line", () => {
  const lines = (count: number) => "\n".repeat(count);
  assert.deepEqual(shape("src/hub/plan.ts", lines(300)), []);
  assert.deepEqual(shape("src/hub/plan.ts", lines(301)), ["file-lines file"]);
  assert.deepEqual(shape("src/hub/plan.ts", `function f() {${lines(59)}}`), []);
  assert.deepEqual(shape("src/hub/plan.ts", `function f() {${lines(60)}}`), ["function-lines f"]);
  assert.deepEqual(shape("src/hub/plan.ts", `class A { m() {${lines(60)}} }`), ["function-lines A.m"]);
  assert.deepEqual(shape("src/hub/plan.ts", `const g = () => {${lines(60)}};`), ["function-lines g"]);
});

Deno.test("planted shape: a fourth parameter is seen, also of a constructor, and this does not count", () => {
  assert.deepEqual(shape("src/hub/plan.ts", `function f(a, b, c) {}`), []);
  assert.deepEqual(shape("src/hub/plan.ts", `function f(a, b, c, d) {}`), ["parameters f"]);
  assert.deepEqual(shape("src/hub/plan.ts", `function f(this: X, a, b, c) {}`), []);
  assert.deepEqual(shape("src/hub/plan.ts", `class A { constructor(a, b, c, d) {} }`), [
    "parameters A.constructor",
  ]);
});

Deno.test("planted shape: names that say nothing are seen, in files and folders", () => {
  assert.deepEqual(shape("src/hub/utils.ts", ""), ["name utils"]);
  assert.deepEqual(shape("src/hub/row_helpers.ts", ""), ["name helpers"]);
  assert.deepEqual(shape("tests/common/rows.ts", ""), ["name common"]);
  assert.deepEqual(shape("src/hub/rowPlan.ts", ""), ["name rowPlan.ts"]);
});

Deno.test("planted shape: module state is a variable, a container to fill or a static field", () => {
  assert.deepEqual(shape("src/hub/plan.ts", `let count = 0;`), ["module-state count"]);
  assert.deepEqual(shape("src/hub/plan.ts", `export const seen = new Map<string, string>();`), [
    "module-state seen",
  ]);
  assert.deepEqual(shape("src/hub/plan.ts", `class A { static last = 0; }`), ["module-state last"]);
  assert.deepEqual(shape("src/hub/plan.ts", `const NONE: ReadonlySet<string> = new Set();`), []);
  assert.deepEqual(shape("src/hub/plan.ts", `const KINDS = new Set(["a"]); const x = [1];`), []);
  assert.deepEqual(shape("src/hub/plan.ts", `function f() { let count = 0; return count; }`), []);
});

Deno.test("planted purity: clocks, randomness, timers, Deno and waiting are seen where decisions live", () => {
  assert.deepEqual(purity("src/node/plan.ts", `const now = Date.now();`), ["purity Date.now"]);
  assert.deepEqual(purity("src/node/plan.ts", `const now = new Date();`), ["purity new Date()"]);
  assert.deepEqual(purity("src/template/mod.ts", `const x = Math.random();`), ["purity Math.random"]);
  assert.deepEqual(purity("src/graph/waves.ts", `Deno.env.get("X");`), ["purity Deno"]);
  assert.deepEqual(purity("src/form/check.ts", `setTimeout(() => {}, 1);`), ["purity setTimeout"]);
  assert.deepEqual(purity("src/hub/plan.ts", `async function f() { await fetch("x"); }`), [
    "purity async",
    "purity fetch",
  ]);
  assert.deepEqual(purity("src/api/hub.ts", `import fs from "node:fs";`), ["purity node:fs"]);
  assert.deepEqual(purity("src/node/plan.ts", `import { r } from "./reconcile.ts";`), [
    "purity src/node/reconcile.ts",
  ]);
});

Deno.test("planted purity: values, types and names that only look alike are left alone", () => {
  assert.deepEqual(purity("src/node/plan.ts", `const at = new Date(input.now); const f = row.fetch;`), []);
  assert.deepEqual(purity("src/node/plan.ts", `import type { Reconcile } from "./reconcile.ts";`), []);
  assert.deepEqual(purity("src/node/reconcile.ts", `async function f(world) { await world.fetch(); }`), []);
  assert.deepEqual(purity("src/kube/http_client.ts", `await fetch("x");`), []);
});

Deno.test("planted purity: a listed file that computes only, or is gone, is told", () => {
  const files = [parse({ path: "src/node/plan.ts", text: "" })];
  const acting = { "src/node/plan.ts": "acts", "src/node/gone.ts": "acts" };
  assert.equal(staleActingFiles(files, acting).length, 2);
});

Deno.test("an exemption covers its violation only, and is told once nothing needs it", () => {
  const violation: Violation = {
    rule: "parameters",
    file: "src/a.ts",
    subject: "f",
    problem: "4 parameters",
  };
  const exemption = {
    rule: "parameters",
    file: "src/a.ts",
    subject: "f",
    reason: "the port's signature",
  } as const;
  assert.deepEqual(judge([violation], [exemption]), []);
  assert.equal(judge([violation], []).length, 1);
  assert.equal(judge([{ ...violation, subject: "g" }], [exemption]).length, 2);
  assert.equal(judge([], [exemption]).length, 1);
});

Deno.test("planted accounts: an operator as administrator is seen, however it is given", () => {
  const seen = (text: string, path = "tests/cluster/operator_test.ts") =>
    told(administrators(parse({ path, text })));
  assert.deepEqual(
    seen(`operatorTest(a, "x", { kubeconfig: ({ plane }) => plane.kubeconfig("operator") });`),
    [
      "administrator operator",
    ],
  );
  assert.deepEqual(seen("await start({ kubeconfig: await lab.plane.kubeconfig(`admin`) });"), [
    "administrator admin",
  ]);
  assert.deepEqual(seen(`const server = { url, token: "operator", http };`), ["administrator operator"]);
  assert.deepEqual(seen(`plane.kubeconfig("plain"); plane.credentials("admin"); lab.start();`), []);
  assert.deepEqual(seen(`plane.kubeconfig("admin");`, "src/cli/get.ts"), []);
});
