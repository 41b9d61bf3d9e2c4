import assert from "node:assert/strict";
import { Waiters } from "./waiters.ts";

Deno.test("those that wait for a name are found by it", () => {
  const waiters = new Waiters();
  waiters.wait("ns/a", ["one", "two"]);
  waiters.wait("ns/b", ["two"]);
  assert.deepEqual(waiters.of("two"), ["ns/a", "ns/b"]);
  assert.deepEqual(waiters.of("three"), []);
  assert.deepEqual(waiters.all(), ["ns/a", "ns/b"]);
});

Deno.test("what is waited for replaces what was, and nothing ends the wait", () => {
  const waiters = new Waiters();
  waiters.wait("ns/a", ["one"]);
  waiters.wait("ns/a", ["two"]);
  assert.deepEqual(waiters.of("one"), []);
  assert.deepEqual(waiters.of("two"), ["ns/a"]);
  waiters.wait("ns/a", []);
  assert.deepEqual(waiters.all(), []);
  assert.deepEqual(waiters.of("two"), []);
});
