import assert from "node:assert/strict";
import fc from "fast-check";
import { EventCorrelator } from "./event_correlator.ts";
import type { EventInput } from "./events.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);

type Named = EventInput & { readonly component: string };

function input(over: Partial<Named> = {}): Named {
  const regarding = {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    namespace: "apps",
    name: "acme-web",
    uid: "u1",
  };
  return {
    regarding,
    type: "Warning",
    reason: "ApplyFailed",
    message: "boom",
    component: "lynqnode-controller",
    ...over,
  };
}

function written(correlator: EventCorrelator, event: Named, now: Date) {
  const correlation = correlator.correlate(event, now);
  assert.equal(correlation.kind, "write");
  return correlation.kind === "write" ? correlation.event : assert.fail();
}

Deno.test("the same event again is one Event with a count, its first time and its last", () => {
  const correlator = new EventCorrelator();
  const first = written(correlator, input(), at(0));
  const second = written(correlator, input(), at(60));
  assert.deepEqual([first.count, second.count], [1, 2]);
  assert.equal(second.name, first.name);
  assert.deepEqual([second.first, second.last], [at(0), at(60)]);
});

Deno.test("events that differ in object, type, reason, message or component are different Events", () => {
  const correlator = new EventCorrelator();
  const other = { ...input().regarding, uid: "u2" };
  const events = [
    input(),
    input({ regarding: other }),
    input({ type: "Normal" }),
    input({ reason: "Other" }),
    input({ message: "bang" }),
    input({ component: "lynqhub-controller" }),
  ].map((each) => written(correlator, each, at(0)));
  assert.equal(new Set(events.map((event) => event.name)).size, 6);
  assert.equal(new Set(events.map((event) => event.key)).size, 6);
  assert.ok(events.every((event) => event.count === 1));
});

Deno.test("the tenth message of one reason within ten minutes starts one combined Event", () => {
  const correlator = new EventCorrelator();
  const events = Array.from(
    { length: 13 },
    (_, i) => written(correlator, input({ message: `m${i}` }), at(i)),
  );
  assert.ok(events.slice(0, 9).every((event) => event.count === 1 && !event.message.startsWith("(")));
  assert.deepEqual(
    events.slice(9).map(({ message, count }) => [message, count]),
    [9, 10, 11, 12].map((i) => [`(combined from similar events): m${i}`, i - 8]),
  );
  assert.equal(new Set(events.slice(9).map((event) => event.name)).size, 1);
});

Deno.test("similar events are counted anew after ten quiet minutes", () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 9; i++) correlator.correlate(input({ message: `m${i}` }), at(i));
  assert.equal(written(correlator, input({ message: "later" }), at(8 + 601)).message, "later");
});

Deno.test("the same event after ten quiet minutes is a new Event", () => {
  const correlator = new EventCorrelator();
  const [first, second, third] = [0, 600, 1201].map((seconds) => written(correlator, input(), at(seconds)));
  assert.deepEqual([first?.count, second?.count, third?.count], [1, 2, 1]);
  assert.notEqual(third?.name, second?.name);
});

Deno.test("what is held is what the last minutes brought, not every object that there ever was", () => {
  const correlator = new EventCorrelator();
  const of = (n: number) => ({ ...input().regarding, name: `t${n}`, uid: `u${n}` });
  const sizes = [600, 1200, 2400].map((objects) => {
    for (let n = 0; n < objects; n++) {
      const now = at(objects * 10 + n * 5);
      correlator.correlate(input({ regarding: of(n) }), now);
      correlator.correlate(ofGroup(n, { group: { ...GROUP, uid: `form${n}` }, regarding: of(n) }), now);
    }
    return correlator.size;
  });
  assert.equal(new Set(sizes).size, 1);
  assert.ok((sizes[0] ?? 0) < 1000);
});

Deno.test("an object gets 25 events at once and then one in five minutes, and the count goes on meanwhile", () => {
  const correlator = new EventCorrelator();
  const kinds = Array.from({ length: 30 }, () => correlator.correlate(input(), at(0)).kind);
  assert.deepEqual(kinds, [...Array(25).fill("write"), ...Array(5).fill("rate_limited")]);
  assert.equal(correlator.correlate(input(), at(299)).kind, "rate_limited");
  assert.equal(written(correlator, input(), at(300)).count, 32);
  assert.equal(correlator.correlate(input(), at(301)).kind, "rate_limited");
  const other = input({ regarding: { ...input().regarding, name: "beta-web", uid: "u2" } });
  assert.equal(correlator.correlate(other, at(301)).kind, "write");
});

Deno.test("no object ever gets more events than its burst and its refill allow", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 120 }), (gaps) => {
      const correlator = new EventCorrelator();
      let now = 0;
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        if (correlator.correlate(input(), at(now)).kind === "write") passed++;
        assert.ok(passed <= 25 + Math.floor(now / 300));
      }
    }),
  );
});

Deno.test("a message is at most 1024 bytes of whole characters and holds no credential", () => {
  const correlator = new EventCorrelator();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 300, maxLength: 1200 }), (text) => {
      const { message } = written(
        correlator,
        input({ message: `x${text}`, regarding: { ...input().regarding, uid: text } }),
        at(0),
      );
      assert.ok(new TextEncoder().encode(message).length <= 1024);
      assert.ok(message.isWellFormed());
      assert.ok(!message.includes("\ufffd") || text.includes("\ufffd"));
    }),
  );
  const { message } = written(correlator, input({ message: "dial mysql://root:canary@db" }), at(0));
  assert.ok(!message.includes("canary"));
});

Deno.test("every Event has a name of its own that the API takes", () => {
  const correlator = new EventCorrelator();
  const names = ["acme-web", "acme-web", "a".repeat(250), "UPPER"].map((name, i) => {
    const regarding = { ...input().regarding, name, uid: `u${i}` };
    return written(correlator, input({ regarding }), at(0)).name;
  });
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
  assert.match(names[0] ?? "", /^acme-web\.[0-9a-f]{16}$/);
});

const GROUP = { ...input().regarding, kind: "LynqForm", name: "web", uid: "form" };
const ofGroup = (n: number, over: Partial<Named> = {}) =>
  input({
    type: "Normal",
    reason: "LynqNodeDeleted",
    message: `LynqNode t${n} deleted`,
    regarding: { ...input().regarding, name: `t${n}`, uid: `u${n}` },
    group: GROUP,
    ...over,
  });

Deno.test("of many Normal events of a group ten are told on their objects, the others in one on the group", () => {
  const correlator = new EventCorrelator();
  const all = Array.from({ length: 300 }, (_, n) => correlator.correlate(ofGroup(n), at(n)));
  assert.deepEqual(all.map(({ kind }) => kind), [...Array(10).fill("write"), ...Array(290).fill("grouped")]);
  const events = all.slice(10).flatMap((each) => each.kind === "grouped" ? each.event : []);
  assert.equal(new Set(events.map(({ name }) => name)).size, 1);
  const last = events.at(-1);
  assert.deepEqual(last?.regarding, GROUP);
  assert.deepEqual([last?.count, last?.first, last?.last], [290, at(10), at(299)]);
  assert.equal(last?.message, "300 LynqNodes so far, the last t299: LynqNode t299 deleted");
});

Deno.test("after ten quiet minutes a group begins anew, and other reasons and groups are counted apart", () => {
  const correlator = new EventCorrelator();
  for (let n = 0; n < 20; n++) correlator.correlate(ofGroup(n), at(n));
  assert.equal(correlator.correlate(ofGroup(20), at(30)).kind, "grouped");
  assert.equal(correlator.correlate(ofGroup(21, { reason: "KeyGenerated" }), at(30)).kind, "write");
  assert.equal(
    correlator.correlate(ofGroup(22, { group: { ...GROUP, uid: "other" } }), at(30)).kind,
    "write",
  );
  assert.equal(correlator.correlate(ofGroup(23), at(700)).kind, "write");
});

Deno.test("a Warning is told on its object, however many there are", () => {
  const correlator = new EventCorrelator();
  const kinds = Array.from(
    { length: 50 },
    (_, n) => correlator.correlate(ofGroup(n, { type: "Warning" }), at(0)).kind,
  );
  assert.deepEqual(new Set(kinds), new Set(["write"]));
});
