import assert from "node:assert/strict";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { describeConflicts, outcomeOf } from "./rejection.ts";

const error = (status: number, causes: KubeError["causes"] = []) =>
  new KubeError("the server's words", { status, reason: "Whatever", causes });

Deno.test("an answer of the API server becomes an outcome by its status", () => {
  const code = (status: number) => {
    const outcome = outcomeOf(error(status));
    return outcome.kind === "rejected" ? outcome.code : outcome.kind;
  };
  assert.deepEqual([400, 422, 401, 403, 404, 409, 429, 500, 503, 405].map(code), [
    "Invalid",
    "Invalid",
    "Forbidden",
    "Forbidden",
    "NotFound",
    "Changed",
    "Throttled",
    "ServerError",
    "ServerError",
    "Rejected",
  ]);
});

Deno.test("a terminating namespace is told by its cause, whatever the status", () => {
  const cause = { reason: "NamespaceTerminating", message: "", field: "" };
  const outcome = outcomeOf(error(403, [cause]));
  assert(outcome.kind === "rejected");
  assert.equal(outcome.code, "NamespaceTerminating");
});

Deno.test("field conflicts name managers and fields", () => {
  const cause = (manager: string, field: string) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${JSON.stringify(manager)} using apps/v1`,
    field,
  });
  const outcome = outcomeOf(error(409, [cause("helm", ".spec.replicas"), cause("helm", ".spec.paused")]));
  assert(outcome.kind === "conflict");
  assert.equal(describeConflicts(outcome.conflicts), '"helm" manages .spec.replicas, .spec.paused');
  assert.equal(
    describeConflicts([{ manager: "a", field: ".x" }, { manager: "b", field: ".y" }]),
    '"a" manages .x; "b" manages .y',
  );
});

Deno.test("a missing right says how to grant it", () => {
  const outcome = outcomeOf(error(403));
  assert(outcome.kind === "rejected");
  assert.match(outcome.message, /lynq\.sh\/aggregate-to-manager=true/);
});

Deno.test("no answer is an outcome, a bug is thrown on", () => {
  const outcome = outcomeOf(new KubeUnreachable("reset", { code: "Reset" }));
  assert(outcome.kind === "rejected");
  assert.equal(outcome.code, "Unreachable");
  assert.throws(() => outcomeOf(new TypeError("a bug")), TypeError);
});
