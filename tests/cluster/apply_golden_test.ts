import assert from "node:assert/strict";
import { answersOf, loadApplyCases } from "../support/apply_cases.ts";
import { WireApply } from "../support/apply_wire.ts";
import { requireControlPlane } from "../support/control_plane.ts";

const answer = await requireControlPlane();
const name = "kube-apiserver answers as recorded for server-side apply";

/** A step takes a second, so that it has a time of its own; cases without workloads, which no controller touches. */
const CASES = ["config_map_shared", "custom_resource", "ingress", "secret_string_data"];

Deno.test({
  name: answer.kind === "ready" ? name : `${name} (skipped: ${answer.reason})`,
  ignore: answer.kind === "skip",
  fn: async (t) => {
    assert.ok(answer.kind === "ready");
    const credentials = answer.plane.credentials("admin");
    const token = (await credentials.authorization() ?? "").replace("Bearer ", "");
    const { caCerts } = await credentials.tls();
    const client = Deno.createHttpClient({ caCerts: [...caCerts] });
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1_050));
    try {
      for (const { name: file, case: applyCase } of await loadApplyCases()) {
        if (!CASES.includes(file)) continue;
        await t.step(file, async () => {
          const target = new WireApply({ server: credentials.server, token, client });
          await target.prepare(applyCase);
          const answers = await answersOf(applyCase, target, pause);
          assert.deepEqual(answers, applyCase.steps.map(({ expect }) => expect));
        });
      }
    } finally {
      client.close();
    }
  },
});
