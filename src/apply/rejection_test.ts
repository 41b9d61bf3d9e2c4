import assert from "node:assert/strict";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { describeConflicts, outcomeOf } from "./rejection.ts";

const DEPLOYMENT = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};
const SECRET = { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true };

const error = (status: number, causes: KubeError["causes"] = []) =>
  new KubeError("the server's words", { status, reason: "Whatever", causes });

Deno.test("an answer of the API server becomes an outcome by its status", () => {
  const code = (status: number) => {
    const outcome = outcomeOf(error(status), DEPLOYMENT);
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
  const outcome = outcomeOf(error(403, [cause]), DEPLOYMENT);
  assert(outcome.kind === "rejected");
  assert.equal(outcome.code, "NamespaceTerminating");
});

Deno.test("field conflicts name managers and fields", () => {
  const cause = (manager: string, field: string) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${JSON.stringify(manager)} using apps/v1`,
    field,
  });
  const outcome = outcomeOf(
    error(409, [cause("helm", ".spec.replicas"), cause("helm", ".spec.paused")]),
    DEPLOYMENT,
  );
  assert(outcome.kind === "conflict");
  assert.equal(describeConflicts(outcome.conflicts), '"helm" manages .spec.paused, .spec.replicas');
  assert.equal(
    describeConflicts([{ manager: "a", field: ".x" }, { manager: "b", field: ".y" }]),
    '"a" manages .x; "b" manages .y',
  );
  const many = Array.from({ length: 14 }, (_, i) => ({ manager: i < 4 ? "z" : "a", field: `.f${20 - i}` }));
  assert.equal(
    describeConflicts([...many, ...many]),
    '"a" manages .f10, .f11, .f12, .f13, .f14, .f15, .f16, .f7, .f8, .f9; and 4 more',
  );
});

Deno.test("a missing right says how to grant it", () => {
  const outcome = outcomeOf(error(403), DEPLOYMENT);
  assert(outcome.kind === "rejected");
  assert.match(outcome.message, /lynq\.sh\/aggregate-to-manager=true/);
});

Deno.test("no answer is an outcome, a bug is thrown on", () => {
  const outcome = outcomeOf(new KubeUnreachable("reset", { code: "Reset" }), DEPLOYMENT);
  assert(outcome.kind === "rejected");
  assert.equal(outcome.code, "Unreachable");
  assert.throws(() => outcomeOf(new TypeError("a bug"), DEPLOYMENT), TypeError);
});

Deno.test("of a refused Secret the fields and reasons are told, never a value", () => {
  const causes = [
    { field: "metadata.labels", reason: "FieldValueInvalid", message: 'Invalid value: "s3cret": no label' },
    { field: "data", reason: "FieldValueForbidden", message: "Forbidden: field is immutable" },
  ];
  const message = (of: KubeError, type = SECRET) => {
    const outcome = outcomeOf(of, type);
    return outcome.kind === "rejected" ? outcome.message : outcome.kind;
  };
  const told = message(error(422, causes));
  assert.match(told, /metadata\.labels: FieldValueInvalid; data: Forbidden: field is immutable/);
  assert.doesNotMatch(told, /s3cret|the server's words/);
  for (const status of [400, 500]) assert.doesNotMatch(message(error(status)), /the server's words/);
  assert.match(message(error(403)), /the server's words/);
  assert.match(message(error(422, causes), DEPLOYMENT), /the server's words/);
});
