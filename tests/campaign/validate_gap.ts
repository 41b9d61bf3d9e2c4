import { checkSchema } from "../../src/cli/check_manifest.ts";
import { withoutNulls } from "../../src/cli/nulls.ts";
import { validateManifests } from "../../src/cli/validate.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { Answer } from "./fleet.ts";

/** Where `lynq validate` says something else of a spec than the API server did, or undefined. */
export function validateGap(object: KubeObject, answer: Answer): string | undefined {
  if (answer.kind === "refused" && answer.status !== 422) return undefined;
  // It does not see what was there before.
  if (answer.kind === "refused" && answer.message.includes("hubId is immutable")) return undefined;
  const { apiVersion = "", kind = "", metadata: { name = "", namespace } } = object;
  const manifest = {
    file: "-",
    object: withoutNulls(object),
    apiVersion,
    kind,
    namespace,
    name,
    line: () => 1,
  };
  const problems = answer.kind === "accepted"
    ? checkSchema(manifest)
    : validateManifests([manifest], namespace ?? "").problems;
  if (problems.length > 0 === (answer.kind === "refused")) return undefined;
  const told = problems.map(({ message }) => message).slice(0, 3).join("; ");
  return `${answer.kind} by the API server; lynq validate tells ${problems.length} problems: ${told}`;
}
