import { sensitiveNames } from "../api/mapped_variables.ts";
import { collectResources } from "../api/resource.ts";
import { parsed } from "./check.ts";
import {
  atField,
  type CheckedResource,
  type CheckInput,
  type FormProblem,
  type ParsedField,
} from "./problem.ts";
import { sensitiveReads, shownField } from "./sensitive_fields.ts";

/** Where sensitive variables are read below the metadata of an object that is no Secret: allowed, and worth telling. */
export function openUses({ spec, hub }: Pick<CheckInput, "spec" | "hub">): FormProblem[] {
  const names = typeof hub === "string" ? [] : sensitiveNames(hub);
  if (names.length === 0) return [];
  return collectResources(spec).map(parsed).flatMap((checked) => {
    const kind = checked.resource.spec["kind"];
    if (kind === "Secret") return [];
    return checked.fields.flatMap((field) => openUse(checked, { field, names, kind: String(kind) }));
  });
}

function openUse(
  checked: CheckedResource,
  { field, names, kind }: { field: ParsedField; names: readonly string[]; kind: string },
): FormProblem[] {
  const [name] = shownField(field) ? [] : sensitiveReads(field, names);
  if (name === undefined) return [];
  const text =
    `.${name} is sensitive, and whoever may read this ${kind} reads it here; refer to a Secret instead`;
  return [atField(checked, field.field, { text })];
}
