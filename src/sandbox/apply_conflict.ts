import { compareText } from "../kube/compare_text.ts";
import type { StatusObject } from "./field_management.ts";
import type { Manager } from "./managed_fields_managers.ts";
import { printPath } from "./managed_fields_path.ts";
import { pathsOf } from "./managed_fields_set.ts";
import type { Conflicts } from "./apply_update.ts";

/** The answer to an apply that would change what others own: 409 with one cause a manager and field. */
export function conflictStatus(conflicts: Conflicts): StatusObject {
  const found = [...conflicts.values()].map(({ manager, fields }) => ({
    manager: printManager(manager),
    paths: [...pathsOf(fields)].map(printPath),
  })).sort((a, b) => compareText(a.manager, b.manager));
  const causes = found.flatMap(({ manager, paths }) =>
    paths.map((field) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${manager}`,
      field,
    }))
  );
  const [only] = causes;
  const message = causes.length === 1 && only !== undefined
    ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
    : `Apply failed with ${causes.length} conflicts: ${
      found.map(({ manager, paths }) =>
        [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)].join("\n")
      ).join("\n")
    }`;
  return failureStatus(409, { reason: "Conflict", message, details: { causes } });
}

/** A failure with or without a reason; the server gives none to what it did not expect. */
export function failureStatus(
  code: number,
  said: Pick<StatusObject, "message" | "reason" | "details">,
): StatusObject {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", ...said, code };
}

function printManager({ name, operation, apiVersion, subresource }: Manager): string {
  const who = JSON.stringify(name) + (subresource === "" ? "" : ` with subresource "${subresource}"`);
  return operation === "Update" ? `${who} using ${apiVersion}` : who;
}
