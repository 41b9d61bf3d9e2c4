import assert from "node:assert/strict";
import { toStoredForm } from "./stored.ts";

const form = (spec: Record<string, unknown>) => ({
  apiVersion: "operator.lynq.sh/v1",
  kind: "LynqForm",
  metadata: { namespace: "ns", name: "web" },
  spec,
  status: { currentRevision: "web-1" },
});

Deno.test("a form that does not fit the schema is still there, with its hub, its revision and what is wrong", () => {
  const stored = toStoredForm(form({ hubId: "tenants", configMaps: [{ id: 7, spec: { data: "canary" } }] }));
  assert.equal(stored.spec.hubId, "tenants");
  assert.equal(stored.status.currentRevision, "web-1");
  assert.match(stored.unreadable ?? "", /spec\.configMaps\.0\.id: invalid_type/);
  assert(!stored.unreadable?.includes("canary"));
});

Deno.test("a form that fits has its defaults and nothing to tell", () => {
  const stored = toStoredForm(form({ hubId: "tenants", rollout: {} }));
  assert.equal(stored.spec.rollout?.maxSkew, 0);
  assert.equal(stored.unreadable, undefined);
});
