import assert from "node:assert/strict";
import plugin from "./plugin.ts";

/** The codes reported for `source` as if it were the file `name`. */
function reported(source: string, name = "src/hub/reconcile.ts"): string[] {
  return Deno.lint.runPlugin(plugin, `/repo/${name}`, source).map((diagnostic) => diagnostic.id);
}

Deno.test("a decision taken from the text of an error is refused", async (t) => {
  const refused = [
    `if (error.message.includes("timeout")) retry();`,
    `if (/timeout/.test(err.message)) retry();`,
    `if (error.cause.message.startsWith("x")) retry();`,
    `if ((error as Error).message === "closed") retry();`,
    `switch (error.message) { case "closed": retry(); }`,
    `if (String(error).includes("closed")) retry();`,
    `if (error.message.toLowerCase().includes("closed")) retry();`,
    `if (lastError.message.match(/x/)) retry();`,
  ];
  for (const source of refused) {
    await t.step(source, () => assert.deepEqual(reported(source), ["lynq/no-error-text"]));
  }
});

Deno.test("text that is no error, and errors that are only printed, are left alone", async (t) => {
  const allowed = [
    `const same = condition.message === "ready";`,
    `log(error.message);`,
    `if (error.code === "ECONNRESET") retry();`,
    `if (error.message === previous.message) skip();`,
    `if (name.includes("error")) skip();`,
  ];
  for (const source of allowed) await t.step(source, () => assert.deepEqual(reported(source), []));
});

Deno.test("tests may look at the text of an error", () => {
  assert.deepEqual(reported(`assert(error.message.includes("x"));`, "src/hub/plan_test.ts"), []);
});

Deno.test("console belongs to commands, tests and tools", () => {
  assert.deepEqual(reported(`console.log("x");`), ["lynq/no-console-outside-commands"]);
  assert.deepEqual(reported(`console.log("x");`, "src/cli/demo.ts"), []);
  assert.deepEqual(reported(`console.log("x");`, ".ci/compile.ts"), []);
});

Deno.test("a boolean in a tuple is refused, also when it is named", () => {
  assert.deepEqual(reported(`type A = [string, boolean];`), ["lynq/no-boolean-in-tuple"]);
  assert.deepEqual(reported(`type A = [name: string, found: boolean];`), ["lynq/no-boolean-in-tuple"]);
  assert.deepEqual(reported(`type A = [string, number];`), []);
});

Deno.test("a comment that announces unfinished work is refused", () => {
  assert.deepEqual(reported(`// TODO: later`), ["lynq/no-unfinished-work"]);
  assert.deepEqual(reported(`/* good enough for now */`), ["lynq/no-unfinished-work"]);
  assert.deepEqual(reported(`// The list of todo items comes from the row.`), []);
  assert.deepEqual(reported(`// Nodes wait for their namespace.`), []);
});

Deno.test("text never becomes JavaScript", () => {
  assert.deepEqual(reported(`const f = new Function("return 1");`), ["lynq/no-function-constructor"]);
  assert.deepEqual(reported(`setTimeout("go()", 10);`), ["lynq/no-function-constructor"]);
  assert.deepEqual(reported(`setTimeout(() => go(), 10);`), []);
});
