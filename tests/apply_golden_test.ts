import assert from "node:assert/strict";
import { answersOf, loadApplyCases } from "./support/apply_cases.ts";
import { PureApply } from "./support/apply_pure.ts";

Deno.test("the sandbox answers writes of several managers as kube-apiserver does", async (t) => {
  const cases = await loadApplyCases();
  assert.ok(cases.length > 0);
  for (const { name, case: applyCase } of cases) {
    await t.step(`${name}: ${applyCase.about}`, async () => {
      const answers = await answersOf(applyCase, new PureApply(applyCase));
      for (const [index, step] of applyCase.steps.entries()) {
        assert.deepEqual(answers[index], step.expect, `step ${index + 1}: ${step.do} by ${step.manager}`);
      }
    });
  }
});
