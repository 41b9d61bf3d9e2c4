import assert from "node:assert/strict";
import { resource } from "../api/resource.ts";
import type { Child } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { isJudged, judgedBy, ReadyRules } from "./ready_rules.ts";

const CONFIG = "/ConfigMap lab/config";
const object: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "config" },
  data: { on: "yes" },
};

Deno.test("an object is judged by the rules of all nodes that declare it, until the last of them lets go", () => {
  const rules = new ReadyRules();
  assert.equal(rules.judge(CONFIG, object), undefined);
  rules.claim("a", [{ object: CONFIG, readyWhen: "object.data.on == 'yes'" }]);
  rules.claim("b", [
    { object: CONFIG, readyWhen: "object.data.on == 'yes'" },
    { object: CONFIG, readyWhen: "object.data.off == 'yes'" },
  ]);
  assert.deepEqual([...rules.judge(CONFIG, object) ?? []], [
    ["object.data.on == 'yes'", { kind: "ready" }],
    ["object.data.off == 'yes'", {
      kind: "progressing",
      message: "readyWhen can't be told yet: No such key: off",
    }],
  ]);
  rules.claim("b", []);
  assert.deepEqual([...rules.judge(CONFIG, object)?.keys() ?? []], ["object.data.on == 'yes'"]);
  rules.claim("a", [{ object: "/ConfigMap lab/other", readyWhen: "true" }]);
  assert.equal(rules.judge(CONFIG, object), undefined);
});

Deno.test("claiming the same again changes nothing, and a rule that can't be answered is a failure", () => {
  const rules = new ReadyRules();
  const ruled = [{ object: CONFIG, readyWhen: "object.data" }];
  rules.claim("a", ruled);
  rules.claim("a", [...ruled]);
  const judged = rules.judge(CONFIG, object)?.get("object.data");
  assert.equal(judged?.kind === "failed" && judged.reason, "ReadyWhenInvalid");
  rules.claim("a", []);
  assert.equal(rules.judge(CONFIG, object), undefined);
});

const child: Child = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "lab",
  name: "app",
  uid: "1",
  node: "n",
  nodeNamespace: "lab",
  entry: "e",
  readiness: { kind: "ready" },
  deleting: false,
  deletionPolicy: "Delete",
  createdOnce: false,
};

const policy = (more: object) => resource.parse({ id: "a", spec: {}, ...more });

Deno.test("readyWhen takes the place of the kind's rule, but for an object on its way out", () => {
  const text = "object.status.ok";
  const ruled = policy({ readyWhen: text });
  assert.equal(judgedBy(child, policy({})), child);
  assert.equal(judgedBy(child, ruled).readiness.kind, "progressing");
  const failed = { kind: "failed", reason: "R", message: "m" } as const;
  const judged = { ...child, judged: new Map([[text, { kind: "ready" } as const]]) };
  assert.deepEqual(judgedBy({ ...judged, readiness: failed }, ruled).readiness, { kind: "ready" });
  assert.deepEqual(judgedBy({ ...judged, readiness: failed, deleting: true }, ruled).readiness, failed);
  assert.equal(isJudged(child, ruled), false);
  assert.equal(isJudged(judged, ruled), true);
  assert.equal(isJudged(child, policy({ readyWhen: text, waitForReady: false })), true);
});

Deno.test("with readyWhen the pods of a workload are still looked at, and the class of a claim is not", () => {
  const ruled = policy({ readyWhen: "x" });
  const waiting = { kind: "progressing", message: "m" } as const;
  const judged = new Map([["x", waiting]]);
  const pods = { kind: "pods", selector: "app=x" } as const;
  const storageClass = { kind: "storageClass", name: "fast" } as const;
  const own = { kind: "progressing", message: "0 of 1 pods ready" } as const;
  const seen = (readiness: Child["readiness"]) => judgedBy({ ...child, judged, readiness }, ruled).readiness;
  assert.deepEqual(seen({ ...own, clue: pods }), { ...waiting, clue: pods });
  assert.deepEqual(seen({ ...own, deadEnd: "FailedCreate" }), { ...waiting, deadEnd: "FailedCreate" });
  assert.deepEqual(seen({ ...own, clue: storageClass }), waiting);
});
