import assert from "node:assert/strict";
import { startSandbox } from "../../src/sandbox/mod.ts";
import { answersOf, loadApplyCases } from "../support/apply_cases.ts";
import { WireApply } from "../support/apply_wire.ts";

/** Cases that the simulator, the garbage collector and the address allocator of the sandbox leave alone. */
const CASES = [
  "config_map_shared",
  "custom_resource",
  "custom_resource_free",
  "ingress",
  "many_updaters",
  "refused",
  "secret_string_data",
];

Deno.test("the sandbox answers over HTTP as kube-apiserver does for server-side apply", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const sandbox = await startSandbox({ clock: () => new Date(now) });
  const client = Deno.createHttpClient({});
  const pause = () => {
    now += 1_000;
    return Promise.resolve();
  };
  try {
    for (const { name, case: applyCase } of await loadApplyCases()) {
      if (!CASES.includes(name)) continue;
      await t.step(name, async () => {
        const target = new WireApply({ server: sandbox.url, token: "any", client });
        await target.prepare(applyCase);
        const answers = await answersOf(applyCase, target, pause);
        for (const [index, step] of applyCase.steps.entries()) {
          assert.deepEqual(answers[index], step.expect, `step ${index + 1}: ${step.do} by ${step.manager}`);
        }
      });
    }
  } finally {
    client.close();
    await sandbox.stop();
  }
});
