import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { NodeStatus } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";

const WHICH = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "default", name: "acme-a" };

/** Rules of an Ingress: a list that has one owner as a whole. */
const rule = (host: string, path: string) => ({
  host,
  http: {
    paths: [{ path, pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
  },
});

async function want(lab: NodeLab, path: string, policy: Partial<Resource>): Promise<void> {
  const spec = { apiVersion: WHICH.apiVersion, kind: "Ingress", spec: { rules: [rule("form.org", path)] } };
  await lab.want([resourceOf({ id: "a", spec, ignoreFields: ["$.spec.rules[0].host"], ...policy })]);
}

async function ruleOf(lab: NodeLab): Promise<string> {
  const { rules } = (await lab.objects.get(WHICH))?.["spec"] as { rules: ReturnType<typeof rule>[] };
  return rules.map(({ host, http }) => `${host}${http.paths[0]?.path}`).join();
}

const write = (lab: NodeLab, host: string, path: string) =>
  lab.objects.merge(WHICH, { spec: { rules: [rule(host, path)] } });
const reasons = (lab: NodeLab) => lab.events.events.map(({ reason }) => reason);
const recordOf = ({ resources = [] }: NodeStatus) => [resources[0]?.state, resources[0]?.reason];

/** Passes until the watch has told, and one more that has nothing to do. */
async function settle(lab: NodeLab): Promise<NodeStatus> {
  for (let n = 0; n < 200; n++) if ((await lab.pass()).writes > 0) break;
  for (let n = 0; n < 200; n++) {
    const { writes, status } = await lab.pass();
    if (writes === 0) return status;
  }
  return assert.fail("it goes on writing");
}

for (const patchStrategy of ["apply", "merge", "replace"] as const) {
  const name = `an ignored part of a value with one owner stays as another wrote it (${patchStrategy})`;
  Deno.test(name, async () => {
    await withNode(async (lab) => {
      await want(lab, "/a", { patchStrategy });
      await settle(lab);
      for (let n = 0; n < 4; n++) {
        await write(lab, `theirs-${n}.org`, "/a");
        assert.deepEqual(recordOf(await settle(lab)), ["Ready", undefined]);
        assert.equal(await ruleOf(lab), `theirs-${n}.org/a`);
      }
      await want(lab, "/b", { patchStrategy });
      assert.deepEqual(recordOf(await settle(lab)), ["Ready", undefined]);
      assert.equal(await ruleOf(lab), "theirs-3.org/b");
      assert.deepEqual(reasons(lab), []);
    });
  });
}

Deno.test("what is not ignored of a value with one owner is put back beside it, or reported", async () => {
  await withNode(async (lab) => {
    await want(lab, "/a", {});
    await settle(lab);
    await write(lab, "theirs.org", "/theirs");
    await settle(lab);
    assert.equal(await ruleOf(lab), "theirs.org/a");
    assert.deepEqual(reasons(lab), ["DriftCorrected"]);
    await want(lab, "/a", { driftPolicy: "Report" });
    await settle(lab);
    await write(lab, "others.org", "/others");
    assert.deepEqual(recordOf(await settle(lab)), ["Ready", "Drifted"]);
    assert.equal(await ruleOf(lab), "others.org/others");
    assert.deepEqual(reasons(lab), ["DriftCorrected", "DriftDetected"]);
  });
});
