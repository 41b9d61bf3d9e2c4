import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { recordsOf } from "../support/deletion_lab.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { CONFIG, form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const RESOURCES = 4;

/** Each field stays within its own limit, and all of them together take far longer than a Lease lives without renewal. */
const SLOW = '{{ range until 6 }}{{ derivePassword 1 "long" "pw" $.uid "site" | len }}{{ end }}';
const HEAVY = `  configMaps:\n${
  Array.from({ length: RESOURCES }, (_, n) =>
    `  - {id: c${n}, nameTemplate: "{{ .uid }}-c${n}", spec: {apiVersion: v1, kind: ConfigMap, data: {a: '${SLOW}', b: '${SLOW}', c: '${SLOW}'}}}\n`)
    .join("")
}`;

async function holder(lab: OperatorLab): Promise<string | undefined> {
  const lease = await lab.objects.get(LEADER_LEASE);
  return (lease?.["spec"] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

async function staysLeader(lab: OperatorLab): Promise<void> {
  const { objects, db } = lab;
  await objects.apply(hub(lab, { name: "tenants" }));
  await objects.apply(form(lab, "light", CONFIG));
  await nodeReady(lab, "acme-light");
  const before = await holder(lab);
  assert.notEqual(before ?? "", "");
  await objects.apply(form(lab, "heavy", HEAVY));
  await db.exec("INSERT INTO tenants VALUES ('bolt', 'pro', 1)");
  await nodeReady(lab, "bolt-light");
  for (const node of ["acme-heavy", "bolt-heavy"]) {
    // On a slow machine a resource has used its time up: that is told, and hurts nobody else.
    await until(`the resources of ${node} to be made or told as too slow`, async () => {
      const records = await recordsOf(lab, node);
      return records.length === RESOURCES &&
        records.every(({ state, reason }) => state === "Ready" || reason === "TemplateRenderError");
    }, 180);
  }
  assert.equal(await holder(lab), before);
  assert.deepEqual(lab.operator.lines.filter((line) => line.includes("was lost")), []);
}

operatorTest(answer, "templates that take long leave the Lease and other nodes their time", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 'pro', 1)");
  },
  flags: ["--leader-elect"],
  steps: [{ title: "a form of slow templates ends no leadership", run: staysLeader }],
});
