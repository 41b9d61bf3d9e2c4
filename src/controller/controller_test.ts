import assert from "node:assert/strict";
import { Backoff } from "./backoff.ts";
import { Controller, type ControllerObserver } from "./controller.ts";
import { Limit } from "./limit.ts";
import { Places } from "./places.ts";
import type { Timers } from "./timers.ts";
import { AWAIT, requeueAfter, sooner } from "./verdict.ts";
import { WorkQueue } from "./work_queue.ts";

/** Timers whose time moves only when told. */
function manualTimers(): Timers & { advance(ms: number): void; pending(): number } {
  const timers = new Set<{ at: number; callback: () => void }>();
  const state = { now: 0 };
  return {
    now: () => state.now,
    after(ms, callback) {
      const timer = { at: state.now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      state.now += ms;
      for (const timer of [...timers].filter((t) => t.at <= state.now)) {
        timers.delete(timer);
        timer.callback();
      }
    },
    pending: () => timers.size,
  };
}

const silent: ControllerObserver = {
  depth() {},
  added() {},
  waited() {},
  finished() {},
  failed() {},
  retried() {},
  active() {},
};

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("a key added many times is taken once", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  queue.add("a");
  queue.add("a");
  assert.equal(queue.take()?.key, "a");
  assert.equal(queue.depth, 0);
});

Deno.test("a queue that is closed tells that nothing waits in it any more", () => {
  const depths: number[] = [];
  const queue = new WorkQueue({
    timers: manualTimers(),
    observer: { ...silent, depth: (count) => depths.push(count) },
  });
  queue.add("a");
  queue.add("b");
  queue.close();
  assert.deepEqual(depths, [1, 2, 0]);
});

Deno.test("a key added while a worker has it comes again after the worker is done, not beside it", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  queue.add("a");
  queue.take();
  queue.add("a");
  assert.equal(queue.depth, 0);
  queue.done("a");
  assert.equal(queue.take()?.key, "a");
});

Deno.test("of several delays of one key the earliest counts, and adding it now forgets them", () => {
  const timers = manualTimers();
  const queue = new WorkQueue({ timers });
  queue.addAfter("a", 100);
  queue.addAfter("a", 50);
  queue.addAfter("a", 70);
  assert.equal(timers.pending(), 1);
  timers.advance(50);
  assert.equal(queue.take()?.key, "a");
  queue.done("a");
  queue.addAfter("a", 100);
  queue.add("a");
  assert.equal(timers.pending(), 0);
});

Deno.test("a closed queue forgets its keys and takes no more", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  queue.add("a");
  queue.addAfter("b", 10);
  queue.close();
  queue.add("c");
  assert.deepEqual([queue.take(), queue.depth], [undefined, 0]);
});

Deno.test("the urgent come first, and of nine keys one is of the bulk while it waits", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  for (let n = 0; n < 30; n++) queue.add(`bulk${n}`);
  for (let n = 0; n < 20; n++) queue.add(`urgent${n}`, "urgent");
  const taken = Array.from({ length: 18 }, () => queue.take()?.key);
  assert.deepEqual(taken.filter((key) => key?.startsWith("bulk")), ["bulk0", "bulk1"]);
  assert.deepEqual([taken[8], taken[17]], ["bulk0", "bulk1"]);
});

Deno.test("a key that is asked for as both is urgent and comes once, also while a worker has it", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  for (const key of ["a", "b"]) queue.add(key);
  queue.add("b", "urgent");
  queue.add("b");
  assert.deepEqual(queue.take(), { key: "b", urgency: "urgent" });
  queue.add("b", "urgent");
  queue.add("b");
  queue.done("b");
  assert.deepEqual([queue.take(), queue.take(), queue.take()], [
    { key: "b", urgency: "urgent" },
    { key: "a", urgency: "bulk" },
    undefined,
  ]);
});

Deno.test("only keys of the urgency that has room are given", () => {
  const queue = new WorkQueue({ timers: manualTimers() });
  queue.add("a");
  assert.equal(queue.take((urgency) => urgency === "urgent"), undefined);
  queue.add("b", "urgent");
  assert.equal(queue.take((urgency) => urgency === "urgent")?.key, "b");
});

Deno.test("back-off doubles to its maximum and starts over after a success", () => {
  const backoff = new Backoff({ baseMs: 5, maxMs: 30 });
  assert.deepEqual([1, 2, 3, 4].map(() => backoff.next("a")), [5, 10, 20, 30]);
  backoff.reset("a");
  assert.equal(backoff.next("a"), 5);
});

Deno.test("of two verdicts the sooner one counts", () => {
  assert.deepEqual(sooner(AWAIT, requeueAfter(5)), requeueAfter(5));
  assert.deepEqual(sooner(requeueAfter(9), requeueAfter(5)), requeueAfter(5));
  assert.deepEqual(sooner(AWAIT, AWAIT), AWAIT);
});

Deno.test("a limit never runs more than its size and keeps the order of results", async () => {
  const limit = new Limit(2);
  const seen = { running: 0, most: 0 };
  const results = await limit.all([1, 2, 3, 4, 5], async (n) => {
    seen.most = Math.max(seen.most, ++seen.running);
    await turn();
    seen.running--;
    return n * 10;
  });
  assert.deepEqual(results, [10, 20, 30, 40, 50]);
  assert.equal(seen.most, 2);
});

Deno.test("a reconcile that throws is tried again with back-off, and its neighbours go on", async () => {
  const timers = manualTimers();
  const calls: string[] = [];
  const failures: number[] = [];
  const controller = new Controller({
    places: new Places({ size: 2, timers }),
    timers,
    backoff: { baseMs: 10, maxMs: 1000 },
    observer: { ...silent, failed: (_key, _error, retryMs) => failures.push(retryMs) },
    reconcile: (key) => {
      calls.push(key);
      return key === "bad" && failures.length < 2 ? Promise.reject(new Error("no")) : Promise.resolve(AWAIT);
    },
  });
  controller.start();
  controller.enqueue("bad");
  controller.enqueue("good");
  await turn();
  timers.advance(10);
  await turn();
  timers.advance(20);
  await turn();
  await controller.stop(1000);
  assert.deepEqual(calls, ["bad", "good", "bad", "bad"]);
  assert.deepEqual(failures, [10, 20]);
});

Deno.test("stopping aborts a reconcile that outlives the grace time", async () => {
  const timers = manualTimers();
  const controller = new Controller({
    places: new Places({ size: 1, timers }),
    timers,
    backoff: { baseMs: 10, maxMs: 1000 },
    observer: silent,
    reconcile: (_key, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(AWAIT))),
  });
  controller.start();
  controller.enqueue("slow");
  await turn();
  const stopped = controller.stop(500);
  timers.advance(500);
  await stopped;
});
