import assert from "node:assert/strict";
import { Alarm } from "./alarm.ts";

Deno.test("a wait ends when the alarm is due, and the next one may be waited for again", async () => {
  let left = 0;
  const alarm = new Alarm(() => left);
  const never = new Promise<string>(() => {});
  assert.equal(await alarm.within(never), undefined);
  assert.equal(await alarm.within(never), undefined);
  left = 60_000;
  assert.equal(await alarm.within(Promise.resolve("work")), "work");
  alarm.end();
});

Deno.test("what came in meanwhile puts the alarm off", async () => {
  const lefts = [1, 1, 0];
  let asked = 0;
  const alarm = new Alarm(() => {
    asked++;
    return lefts.shift() ?? 0;
  });
  assert.equal(await alarm.within(new Promise<string>(() => {})), undefined);
  assert(asked > 2);
  alarm.end();
});

Deno.test("an error of the work is that of the wait", async () => {
  const alarm = new Alarm(() => 60_000);
  await assert.rejects(alarm.within(Promise.reject(new Error("broken"))), /broken/);
  alarm.end();
});
