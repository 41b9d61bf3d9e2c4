/**
 * Writes into every case of `tests/golden/apply` what a kube-apiserver answers to its steps.
 *
 *     deno run -A tests/support/record_apply.ts --server https://127.0.0.1:6443 --token TOKEN --ca ca.crt [CASE...]
 */
import { parseArgs } from "node:util";
import { answersOf, loadApplyCases, saveApplyCase } from "./apply_cases.ts";
import { WireApply } from "./apply_wire.ts";

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: "string", default: "https://127.0.0.1:6443" },
      token: { type: "string", default: "" },
      ca: { type: "string" },
    },
  });
  const caCerts = values.ca === undefined ? [] : [await Deno.readTextFile(values.ca)];
  const client = Deno.createHttpClient({ caCerts });
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1_050));
  for (const { name, case: applyCase } of await loadApplyCases()) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const target = new WireApply({ server: values.server, token: values.token, client });
    await target.prepare(applyCase);
    const answers = await answersOf(applyCase, target, pause);
    const steps = applyCase.steps.map((step, index) => {
      const expect = answers[index];
      return expect === undefined ? step : { ...step, expect };
    });
    await saveApplyCase(name, { ...applyCase, steps });
  }
  client.close();
}
