import { sensitiveNames } from "../api/mapped_variables.ts";
import {
  atField,
  type CheckedResource,
  type CheckInput,
  type FormProblem,
  type ParsedField,
} from "./problem.ts";

/** The sensitive variables that a template reads; all of them where it uses the dot as a whole. */
export function sensitiveReads({ parsed }: ParsedField, names: readonly string[]): readonly string[] {
  if (parsed.kind === "error") return [];
  return parsed.template.readsAll ? names : names.filter((name) => parsed.template.variables.includes(name));
}

/** Whether everybody who sees the object listed, or an event or status of it, sees this field. */
export function shownField({ field }: ParsedField): boolean {
  return !field.startsWith("spec.") || /^spec\.(apiVersion|kind|metadata)\b/.test(field);
}

/** What a hub marks as sensitive names no object, and decides about none. */
export function sensitiveStaysBelow(
  { spec, hub }: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  const names = typeof hub === "string" ? [] : sensitiveNames(hub);
  if (names.length === 0) return [];
  const shown = resources.flatMap((checked) =>
    checked.fields.filter(shownField).flatMap((each) => {
      const [name] = sensitiveReads(each, names);
      if (name === undefined) return [];
      const text =
        `.${name} is sensitive, and this field is shown to all; hub ${spec.hubId} lets it stand below an ` +
        "object's metadata only, best in a Secret";
      return [atField(checked, each.field, { text })];
    })
  );
  const order = spec.rollout?.order?.value;
  if (order === undefined || !names.includes(order)) return shown;
  const field = "spec.rollout.order.value";
  return [...shown, { reason: "ResourceInvalid", field, message: `${field}: .${order} is sensitive` }];
}
