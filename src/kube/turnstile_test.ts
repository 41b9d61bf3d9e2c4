import assert from "node:assert/strict";
import fc from "fast-check";
import { type Admission, type Entry, type Left, Turnstile, type TurnstileOptions } from "./turnstile.ts";

/** A clock that moves when told. */
function clock() {
  const timers = new Set<{ at: number; callback: () => void }>();
  let now = 0;
  return {
    now: () => now,
    after: (ms: number, callback: () => void) => {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** To the next alarm where no time is given. */
    async advance(ms?: number) {
      const next = Math.min(...[...timers].map(({ at }) => at));
      now = ms === undefined ? Math.max(now, next) : now + ms;
      for (const timer of [...timers]) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.callback();
      }
      await settle();
    },
    armed: () => timers.size > 0,
  };
}

const settle = async () => {
  for (let n = 0; n < 5; n++) await Promise.resolve();
};

function stage(options: Partial<TurnstileOptions> = {}) {
  const time = clock();
  const turnstile = new Turnstile({
    most: { read: 8, write: 8 },
    now: time.now,
    after: time.after,
    ...options,
  });
  const inside: { readonly name: string; readonly entry: Entry; readonly admission: Admission }[] = [];
  const order: string[] = [];
  const enter = (name: string, of: Partial<Entry> = {}, signal?: AbortSignal) => {
    const entry: Entry = { traffic: "write", kind: "configmaps", urgency: "bulk", ...of };
    return turnstile.enter(entry, signal).then((admission) => {
      order.push(name);
      inside.push({ name, entry, admission });
    });
  };
  /** As `enter`, for one who is not waited for. */
  const arrive = (name: string, of?: Partial<Entry>) => {
    enter(name, of).catch(() => undefined);
  };
  const leave = async (name: string, how: Left = { kind: "answered" }) => {
    const index = inside.findIndex((each) => each.name === name);
    inside.splice(index, 1)[0]?.admission.leave(how);
    await settle();
  };
  return { time, turnstile, inside, order, enter, arrive, leave };
}

const many = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name}${n}`);

Deno.test("no kind takes all places, and the others go on beside one that hangs", async () => {
  const { order, arrive, leave, turnstile } = stage();
  for (const name of many(20, "hang")) arrive(name, { kind: "deployments.apps" });
  await settle();
  assert.equal(order.length, 6);
  for (const name of ["a", "b", "c", "d"]) arrive(name);
  await settle();
  assert.deepEqual(order.slice(6), ["a", "b"]);
  await leave("a");
  assert.equal(order.at(-1), "c");
  assert.deepEqual(turnstile.figures("write"), {
    ...{ inFlight: 8, limit: 8, waiting: 15, refused: 0, rateLimited: 0 },
  });
});

Deno.test("requests that hang for longer than a second give their places to other kinds", async () => {
  const { order, arrive, time } = stage();
  for (const kind of ["one", "two"]) for (const name of many(6, kind)) arrive(name, { kind });
  arrive("quick");
  await settle();
  assert.equal(order.length, 8);
  assert(!order.includes("quick"));
  await time.advance();
  assert(order.includes("quick"));
});

Deno.test("what is urgent passes the bulk, which is never left standing", async () => {
  const { order, arrive, leave } = stage();
  for (const name of many(30, "bulk")) arrive(name);
  for (const name of many(30, "urgent")) arrive(name, { urgency: "urgent", kind: "secrets" });
  await settle();
  for (let n = 0; n < 22; n++) await leave(order[n] ?? "");
  const next = order.slice(8, 28);
  assert.deepEqual(order.slice(0, 10).filter((name) => name.startsWith("urgent")), many(4, "urgent"));
  const urgent = next.filter((name) => name.startsWith("urgent")).length;
  assert(urgent >= 16 && urgent < 20, next.join());
});

Deno.test("after a refusal nothing of that kind is sent before the server wants it, and others are", async () => {
  const { order, arrive, leave, time, turnstile } = stage();
  arrive("first");
  await settle();
  await leave("first", { kind: "refused", retryAfterMs: 3000 });
  arrive("second");
  arrive("other", { kind: "secrets" });
  await settle();
  assert.deepEqual(order, ["first", "other"]);
  assert.equal(turnstile.figures("write").limit, 4);
  await time.advance(2999);
  assert.deepEqual(order, ["first", "other"]);
  await time.advance();
  assert.deepEqual(order, ["first", "other", "second"]);
});

Deno.test("reads don't wait for writes", async () => {
  const { order, arrive } = stage();
  for (const name of many(20, "write")) arrive(name);
  arrive("read", { traffic: "read" });
  await settle();
  assert(order.includes("read"));
});

Deno.test("a rate holds up both, and what it held up is counted once", async () => {
  const { order, arrive, time, turnstile } = stage({ rate: { qps: 10, burst: 2 } });
  for (const name of ["a", "b", "c"]) arrive(name);
  arrive("d", { traffic: "read" });
  await settle();
  assert.deepEqual(order, ["a", "b"]);
  for (let n = 0; n < 5 && time.armed(); n++) await time.advance();
  assert.deepEqual(order.toSorted(), ["a", "b", "c", "d"]);
  assert.equal(turnstile.figures("write").rateLimited + turnstile.figures("read").rateLimited, 2);
});

Deno.test("who gives up leaves the line", async () => {
  const { order, enter, arrive, leave, turnstile } = stage();
  for (const name of many(8, "in")) arrive(name, { kind: name });
  const controller = new AbortController();
  const reason = new Error("stopping");
  const waiting = enter("gone", { kind: "late" }, controller.signal);
  await settle();
  controller.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  assert.equal(turnstile.figures("write").waiting, 0);
  await leave("in0");
  assert.equal(order.length, 8);
});

Deno.test("whatever comes and goes, the limits hold and everyone passes in the end", async () => {
  const arrival = fc.record({
    kind: fc.constantFrom("a", "b", "c", "d"),
    urgency: fc.constantFrom("urgent" as const, "bulk" as const),
    traffic: fc.constantFrom("read" as const, "write" as const),
    then: fc.constantFrom<Left["kind"]>("answered", "answered", "refused", "dropped"),
    takes: fc.nat(50),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 80 }), async (arrivals) => {
      const { inside, order, arrive, leave, time, turnstile } = stage();
      const young = (traffic: Entry["traffic"]) =>
        inside.filter(({ entry }) => entry.traffic === traffic).length;
      arrivals.forEach((each, n) => arrive(String(n), each));
      await settle();
      for (let steps = 0; order.length < arrivals.length || inside.length > 0; steps++) {
        assert(steps < 2000, "somebody is left standing");
        assert(young("read") <= 8 && young("write") <= 8);
        const [next] = inside;
        if (next === undefined) await time.advance();
        else {
          const of = arrivals[Number(next.name)];
          await time.advance(of?.takes ?? 0);
          await leave(
            next.name,
            of?.then === "refused" ? { kind: "refused", retryAfterMs: 500 } : {
              kind: of?.then ?? "dropped",
            },
          );
        }
      }
      assert.deepEqual([turnstile.figures("read").inFlight, turnstile.figures("write").inFlight], [0, 0]);
    }),
    { numRuns: 50 },
  );
});
