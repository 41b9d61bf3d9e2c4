import assert from "node:assert/strict";
import { floatingPromises } from "./floating_promises.ts";
import { typeWorld } from "./promises.ts";
import { typeProgram, untypedImports } from "./type_program.ts";

const world = await typeWorld();
const PRELUDE = `
declare function work(): Promise<number>;
declare function report(error: unknown): void;
declare const enabled: boolean;
declare const items: number[];
export {};
`;

const REFUSED: Readonly<Record<string, string>> = {
  "a call that is not awaited": `work();`,
  "the result of an async function": `async function go(): Promise<void> {} go();`,
  "void, which hides a rejection": `void work();`,
  "then without a second handler": `work().then((value) => value + 1);`,
  "finally alone": `work().finally(() => {});`,
  "catch without a handler": `work().catch();`,
  "a branch of a condition": `enabled ? work() : undefined;`,
  "the right side of &&": `enabled && work();`,
  "an optional call": `declare const maybe: { run?(): Promise<void> }; maybe.run?.();`,
  "an array of promises": `items.map(() => work());`,
  "Promise.all": `Promise.all([work(), work()]);`,
  "a promise of Deno": `Deno.writeTextFile("x", "y");`,
  "fetch": `fetch("http://127.0.0.1/");`,
  "a promise of node:": `import { setTimeout as delay } from "node:timers/promises"; delay(1);`,
  "a promise of an npm package": `import { createConnection } from "mysql2/promise"; createConnection({});`,
  "a method of a value of an npm package": `import type { Connection } from "mysql2/promise";
    declare const connection: Connection; connection.end();`,
  "an async function as a timer": `setInterval(async () => { await work(); }, 1000);`,
  "an async function as a listener": `addEventListener("unload", async () => { await work(); });`,
  "forEach over async": `items.forEach(async () => { await work(); });`,
  "an async property where nothing waits":
    `const hooks: { done: () => void } = { done: async () => { await work(); } };
    export { hooks };`,
  "an async method where nothing waits": `const hooks: { done(): void } = { async done() { await work(); } };
    export { hooks };`,
  "a thenable that is no Promise": `declare const thenable: { then(done: (value: number) => void): void };
    declare function make(): typeof thenable; make();`,
};

const ALLOWED: Readonly<Record<string, string>> = {
  "await": `await work();`,
  "for await and await in a condition": `if (await work()) report(1);`,
  "catch with a handler": `work().catch(report);`,
  "then with two handlers": `work().then((value) => value, report);`,
  "finally after catch": `work().catch(report).finally(() => {});`,
  "return": `export function go() { return work(); }`,
  "a variable": `const running = work(); export { running };`,
  "an assignment": `let running: Promise<number> | undefined; running = work(); export { running };`,
  "a promise that is handed on":
    `items.push(await work()); const all = new Set<Promise<number>>(); all.add(work());`,
  "a timer that ends its work": `setTimeout(() => { work().catch(report); }, 1);`,
  "a callback that stores its promise": `let running: Promise<number> | undefined;
    setTimeout(() => running = work(), 1); export { running };`,
  "a callback that may be async": `Deno.test("x", async () => { await work(); });`,
  "a call without promise": `report(1);`,
};

const files: ReadonlyMap<string, string> = new Map(
  [...Object.entries(REFUSED), ...Object.entries(ALLOWED)]
    .map(([name, source]) => [`/planted/${name}.ts`, `${PRELUDE}${source}`] as const),
);
const findings = floatingPromises(typeProgram([...files.keys()], world, files), (file) => files.has(file));

function countIn(name: string): number {
  return findings.filter(({ file }) => file === `/planted/${name}.ts`).length;
}

for (const name of Object.keys(REFUSED)) {
  Deno.test(`floating promises: refused is ${name}`, () => assert.equal(countIn(name), 1));
}

for (const name of Object.keys(ALLOWED)) {
  Deno.test(`floating promises: allowed is ${name}`, () => assert.equal(countIn(name), 0));
}

Deno.test("a finding names line and column", () => {
  const finding = findings.find(({ file }) => file === "/planted/a call that is not awaited.ts");
  assert.equal(finding?.line, PRELUDE.split("\n").length);
  assert.equal(finding?.column, 1);
});

Deno.test("an import without types is told, since its promises can't be seen", () => {
  const virtual = new Map([
    ["/planted/untyped.ts", `import { x } from "no-such-package"; x();`],
    ["/planted/typed.ts", `import { parse } from "yaml"; import { test } from "node:test"; parse(""); test;`],
  ]);
  const program = typeProgram([...virtual.keys()], world, virtual);
  assert.deepEqual(untypedImports(program, (file) => virtual.has(file)), ["no-such-package"]);
});
