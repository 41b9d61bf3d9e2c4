import assert from "node:assert/strict";
import { customResourceDefinition, KINDS } from "../api/crd.ts";
import type { Timers } from "../controller/timers.ts";
import { AWAIT } from "../controller/verdict.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { RecordingLog } from "../telemetry/recording_log.ts";
import { SchemaGuard } from "./schema_guard.ts";

/** Our own kinds as the API server publishes them. */
function whole(): unknown {
  const schemas = KINDS.map((kind) => {
    const { versions } = customResourceDefinition(kind)["spec"] as {
      versions: { schema: { openAPIV3Schema: object } }[];
    };
    const gvk = { group: "operator.lynq.sh", version: "v1", kind: kind.kind };
    return [kind.kind, { ...versions[0]?.schema.openAPIV3Schema, "x-kubernetes-group-version-kind": [gvk] }];
  });
  return { components: { schemas: Object.fromEntries(schemas) } };
}

/** A guard whose reads of the schema give these answers in turn, and whose timer is called by hand. */
function guardOf(...answers: unknown[]) {
  const timer: { callback?: () => void } = {};
  const timers: Timers = {
    now: () => 0,
    after: (_ms, callback) => {
      timer.callback = callback;
      return () => delete timer.callback;
    },
  };
  const raw = () => {
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const guard = new SchemaGuard({ client: { raw }, timers, log: new RecordingLog() });
  return { guard, timer };
}

async function reconciles(guard: SchemaGuard): Promise<boolean> {
  let ran = false;
  const verdict = await guard.guard(() => {
    ran = true;
    return Promise.resolve(AWAIT);
  })("key", new AbortController().signal, "bulk");
  assert.equal(verdict.kind, ran ? "await" : "requeue");
  return ran;
}

Deno.test("nothing is reconciled before the schema was read and while it lacks a field; then it goes on by itself", async () => {
  const { guard, timer } = guardOf({}, whole(), whole());
  assert.equal(await reconciles(guard), false);
  await guard.check();
  assert.equal(guard.problems().length, 3);
  assert.equal(await reconciles(guard), false);
  timer.callback?.();
  await guard.check();
  assert.deepEqual(guard.problems(), []);
  assert.equal(await reconciles(guard), true);
  await guard.stop();
});

Deno.test("an answer that did not come changes nothing that is known", async () => {
  const unreachable = new KubeUnreachable("reset", { code: "Reset" });
  const { guard } = guardOf(whole(), unreachable);
  await guard.check();
  await guard.check();
  assert.equal(await reconciles(guard), true);
  const never = guardOf(unreachable);
  await never.guard.check();
  assert.equal(await reconciles(never.guard), false);
  assert(never.timer.callback !== undefined);
  await Promise.all([guard.stop(), never.guard.stop()]);
});

Deno.test("where the schema may not be read it is taken to be right", async () => {
  const { guard } = guardOf(new KubeError("no", { status: 403, reason: "Forbidden" }));
  await guard.check();
  assert.equal(await reconciles(guard), true);
  await guard.stop();
});
