import assert from "node:assert/strict";
import { Limit } from "./limit.ts";

/** Tasks that end when they are told to. */
function gated() {
  const gates: PromiseWithResolvers<void>[] = [];
  const task = () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  };
  return { task, gates };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("no more than the size run at once, and the rest follow in order", async () => {
  const limit = new Limit(2);
  const { task, gates } = gated();
  const ended: number[] = [];
  const all = limit.all([0, 1, 2], async (n) => {
    await task();
    ended.push(n);
  });
  await settle();
  assert.equal(gates.length, 2);
  gates[1]?.resolve();
  await settle();
  assert.equal(gates.length, 3);
  for (const gate of gates) gate.resolve();
  await all;
  assert.deepEqual(ended, [1, 0, 2]);
});

Deno.test("a user whose tasks all hang holds up none of the others", async () => {
  const limit = new Limit(8);
  const hanging = gated();
  const stuck = limit.part(4).all(Array.from({ length: 100 }), () => hanging.task());
  await settle();
  assert.equal(hanging.gates.length, 2);
  const others = gated();
  const rest = limit.part(4).all([1, 2], () => others.task());
  const third = limit.run(() => Promise.resolve("done"));
  await settle();
  assert.equal(others.gates.length, 2);
  assert.equal(await third, "done");
  for (const gate of others.gates) gate.resolve();
  await rest;
  for (let n = 0; n < 100; n++) {
    hanging.gates[n]?.resolve();
    await settle();
  }
  await stuck;
});

Deno.test("a task that fails gives its place back", async () => {
  const limit = new Limit(1);
  const part = limit.part(4);
  await assert.rejects(part.run(() => Promise.reject(new Error("refused"))), /refused/);
  assert.equal(await part.run(() => Promise.resolve(1)), 1);
  assert.equal(await limit.run(() => Promise.resolve(2)), 2);
});
