import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { KubeObject } from "../kube/object.ts";
import { SECRET } from "./seed.ts";

const TEMPLATES = {
  password: "{{ randAlphaNum 24 }}",
  at: "{{ now | unixEpoch }}",
  key: '{{ genPrivateKey "ed25519" }}',
  note: "{{ .plan }}-note",
  plan: "{{ .plan }}",
  zone: "{{ .plan }}-zone",
};
const THEIRS = { password: "theirs", at: "1700000000", key: "theirs", note: "x", plan: "x", zone: "x" };

Deno.test("a conflict names the fields that a takeover would change, and none that it would leave", async () => {
  await withNode(async (lab) => {
    const metadata = { namespace: "default", name: "acme-login" };
    const object = { apiVersion: "v1", kind: "Secret", metadata, stringData: THEIRS };
    await lab.client.create(SECRET, object as unknown as KubeObject, { fieldManager: "before" });
    const spec = { apiVersion: "v1", kind: "Secret", stringData: TEMPLATES };
    const login = resourceOf({ id: "login", spec, ignoreFields: ["$.stringData.note", "$.data.note"] });
    await lab.want([login], { plan: "pro" });
    const before = await lab.objects.get({ apiVersion: "v1", kind: "Secret", ...metadata });
    const [record] = (await lab.pass()).status.resources ?? [];
    assert.equal(record?.reason, "ResourceConflict");
    assert.match(
      record?.message ?? "",
      /belongs to "before": "before" manages \.data\.plan, \.data\.zone; it is left untouched/,
    );
    const after = await lab.objects.get({ apiVersion: "v1", kind: "Secret", ...metadata });
    assert.deepEqual(after, before);
  });
});
