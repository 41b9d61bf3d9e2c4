import assert from "node:assert/strict";
import { lazySchemas } from "./fmt.ts";
import { checkSchema } from "./check_manifest.ts";
import { readManifests } from "./manifest.ts";

function told(text: string): string[] {
  const { manifests } = readManifests({ name: "form.yaml", text }, lazySchemas());
  return manifests.flatMap(checkSchema).map(({ line, message }) => `${line}: ${message}`);
}

function problemsOf(time: string): string[] {
  return told(`
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web}
spec:
  hubId: rows
  pausedUntil: ${time}
`);
}

Deno.test("a text that has not the format that the API server asks for is told with its line", () => {
  assert.deepEqual(problemsOf('"2026-01-02T03:04:05Z"'), []);
  const [problem, ...others] = problemsOf("tomorrow");
  assert.match(problem ?? "", /^7: LynqForm web, spec\.pausedUntil: .*date-time/);
  assert.deepEqual(others, []);
});

Deno.test("a variable that is sensitive twice is told, as the API server refuses it", () => {
  const hub = (sensitive: string) => `
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: rows}
spec:
  source: {type: sqlite, sqlite: {path: /rows.db, table: rows}}
  valueMappings: {uid: id, activate: active}
  extraValueMappings: {pin: pin, token: token}
  sensitive: [${sensitive}]
`;
  assert.deepEqual(told(hub("pin, token")), []);
  const [problem, ...others] = told(hub("pin, token, pin"));
  assert.match(problem ?? "", /^9: LynqHub rows, spec\.sensitive\[2\]: Duplicate value/);
  assert.deepEqual(others, []);
});
