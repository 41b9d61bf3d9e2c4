import assert from "node:assert/strict";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { whenAnother } from "./repeated_error.ts";

Deno.test("an error that goes on is told once a minute, another one at once", () => {
  const time = { now: 0 };
  const told: unknown[] = [];
  const tell = whenAnother((error) => told.push(error), () => time.now);
  const missing = () => new KubeError("no namespace", { status: 404, reason: "NotFound" });
  for (; time.now < 59_000; time.now += 2000) tell(missing());
  assert.equal(told.length, 1);
  time.now = 60_000;
  tell(missing());
  assert.equal(told.length, 2);
  tell(new KubeUnreachable("gone", { code: "Reset" }));
  tell(new KubeUnreachable("gone", { code: "Reset" }));
  tell(missing());
  assert.equal(told.length, 4);
});
