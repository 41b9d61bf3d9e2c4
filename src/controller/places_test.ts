import assert from "node:assert/strict";
import { Controller, type ControllerObserver } from "./controller.ts";
import { Places } from "./places.ts";
import type { Timers } from "./timers.ts";
import { AWAIT, type Verdict } from "./verdict.ts";

/** Timers that ring when told. */
function bell(): Timers & { ring(): void; armed(): number } {
  const callbacks = new Set<() => void>();
  return {
    now: () => 0,
    after: (_ms, callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    ring: () => {
      for (const callback of [...callbacks]) {
        callbacks.delete(callback);
        callback();
      }
    },
    armed: () => callbacks.size,
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

/** A controller whose reconciles end when told. */
function controllerIn(places: Places, timers: Timers) {
  const running = new Map<string, () => void>();
  const controller = new Controller({
    places,
    timers,
    observer: silent,
    backoff: { baseMs: 1, maxMs: 1 },
    reconcile: (key) =>
      new Promise<Verdict>((resolve) =>
        running.set(key, () => {
          running.delete(key);
          resolve(AWAIT);
        })
      ),
  });
  controller.start();
  const end = async (key: string) => {
    running.get(key)?.();
    await turn();
  };
  const stop = async () => {
    const stopped = controller.stop(1000);
    for (const finish of [...running.values()]) finish();
    await stopped;
  };
  return { controller, end, stop, names: () => [...running.keys()] };
}

Deno.test("an urgent key finds a place where a bulk has taken all others", async () => {
  const timers = bell();
  const places = new Places({ size: 2, urgent: 1, timers });
  const { controller, names, stop } = controllerIn(places, timers);
  for (const key of ["a", "b", "c"]) controller.enqueue(key);
  await turn();
  assert.deepEqual(names(), ["a", "b"]);
  controller.enqueue("now", "urgent");
  controller.enqueue("later", "urgent");
  await turn();
  assert.deepEqual(names(), ["a", "b", "now"]);
  await stop();
});

Deno.test("a reconcile that takes long lends its place, and takes no second one when it ends", async () => {
  const timers = bell();
  const { controller, names, end, stop } = controllerIn(new Places({ size: 1, timers }), timers);
  for (const key of ["slow", "a", "b", "c"]) controller.enqueue(key);
  await turn();
  assert.deepEqual(names(), ["slow"]);
  timers.ring();
  await turn();
  assert.deepEqual(names(), ["slow", "a"]);
  await end("slow");
  assert.deepEqual(names(), ["a"]);
  await end("a");
  assert.deepEqual(names(), ["b"]);
  await stop();
  assert.equal(timers.armed(), 0);
});

Deno.test("however long reconciles take, no more than eight times the places run", async () => {
  const timers = bell();
  const { controller, names, stop } = controllerIn(new Places({ size: 2, timers }), timers);
  for (let n = 0; n < 40; n++) controller.enqueue(String(n));
  for (let n = 0; n < 20; n++) {
    await turn();
    timers.ring();
  }
  await turn();
  assert.equal(names().length, 16);
  await stop();
});

Deno.test("controllers that share places take turns", async () => {
  const timers = bell();
  const places = new Places({ size: 1, timers });
  const [first, second] = [controllerIn(places, timers), controllerIn(places, timers)];
  for (let n = 0; n < 6; n++) {
    first.controller.enqueue(`a${n}`);
    second.controller.enqueue(`b${n}`);
  }
  const order: string[] = [];
  for (let n = 0; n < 6; n++) {
    await turn();
    const [now = ""] = [...first.names(), ...second.names()];
    order.push(now.charAt(0));
    await first.end(now);
    await second.end(now);
  }
  assert.doesNotMatch(order.join(""), /aaa|bbb/);
  await first.stop();
  await second.stop();
});
