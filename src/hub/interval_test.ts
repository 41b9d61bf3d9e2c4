import assert from "node:assert/strict";
import { hubSpecOf } from "../../tests/support/stored_objects.ts";
import { intervalMs, intervalText } from "./interval.ts";

const { source } = hubSpecOf();
const ms = (syncInterval: string) => intervalMs(hubSpecOf({ source: { ...source, syncInterval } }));

Deno.test("seconds, minutes and hours are read", () => {
  assert.deepEqual(["1s", "90s", "5m", "2h"].map(ms), [1000, 90_000, 300_000, 7_200_000]);
});

Deno.test("0s is a second, so that no hub is a hot loop", () => {
  assert.deepEqual(["0s", "0m", "000h"].map(ms), [1000, 1000, 1000]);
});

Deno.test("without either spelling it is 30s, and the one in source wins", () => {
  assert.equal(intervalText(hubSpecOf()), "30s");
  assert.equal(intervalText(hubSpecOf({ syncInterval: "1m" })), "1m");
  const both = hubSpecOf({ syncInterval: "1m", source: { ...source, syncInterval: "5s" } });
  assert.equal(intervalText(both), "5s");
});
