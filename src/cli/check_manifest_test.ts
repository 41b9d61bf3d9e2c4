import assert from "node:assert/strict";
import { lazySchemas } from "./fmt.ts";
import { checkSchema } from "./check_manifest.ts";
import { readManifests } from "./manifest.ts";

function problemsOf(time: string): string[] {
  const text = `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web}
spec:
  hubId: rows
  pausedUntil: ${time}
`;
  const { manifests } = readManifests({ name: "form.yaml", text }, lazySchemas());
  return manifests.flatMap(checkSchema).map(({ line, message }) => `${line}: ${message}`);
}

Deno.test("a text that has not the format that the API server asks for is told with its line", () => {
  assert.deepEqual(problemsOf('"2026-01-02T03:04:05Z"'), []);
  const [problem, ...others] = problemsOf("tomorrow");
  assert.match(problem ?? "", /^7: LynqForm web, spec\.pausedUntil: .*date-time/);
  assert.deepEqual(others, []);
});
