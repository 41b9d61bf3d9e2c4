import assert from "node:assert/strict";
import { confirmCurrent } from "./confirm.ts";
import { isConflict, KubeError, KubeUnreachable } from "./error.ts";
import type { KubeObject } from "./object.ts";

const type = { group: "example.org", version: "v1", kind: "Widget", plural: "widgets", namespaced: true };
const told = { ref: { type, namespace: "ns", name: "a" }, uid: "1", generation: 2 };

function confirm(answer: Promise<KubeObject>): Promise<void> {
  return confirmCurrent({ get: () => answer }, told, new AbortController().signal);
}

const live = (uid: string, generation: number) =>
  Promise.resolve({ metadata: { name: "a", uid, generation } });

Deno.test("an object that has the spec that was told is confirmed, another spec, object or none is a conflict", async () => {
  await confirm(live("1", 2));
  await assert.rejects(confirm(live("1", 3)), isConflict);
  await assert.rejects(confirm(live("2", 2)), isConflict);
  const none = new KubeError("none", { status: 404, reason: "NotFound" });
  await assert.rejects(confirm(Promise.reject(none)), isConflict);
});

Deno.test("where no answer comes nothing is confirmed", async () => {
  const error = new KubeUnreachable("no answer", { code: "Reset" });
  await assert.rejects(confirm(Promise.reject(error)), KubeUnreachable);
});
