import { parseFieldPath } from "../api/field_path.ts";
import { checkReadyWhen } from "../api/ready_when.ts";
import { atField, type CheckedResource, type CheckInput, type FormProblem } from "./problem.ts";

/** An `includeWhen` depends on the row alone: nobody looks again when time has passed. */
export function inclusionIsTrueOrFalse(
  _input: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  return resources.flatMap((checked) => {
    const text = checked.resource.includeWhen;
    if (text === undefined || text === "") return [];
    const told = (text: string) => [atField(checked, "includeWhen", { text })];
    const parsed = checked.fields.find(({ field }) => field === "includeWhen")?.parsed;
    if (parsed === undefined) {
      if (["true", "false"].includes(text.trim())) return [];
      return told(
        `${
          JSON.stringify(text.slice(0, 60))
        } is neither true nor false nor a template that gives one of them, ` +
          'as {{ eq .plan "pro" }} does',
      );
    }
    if (parsed.kind === "error") return [];
    const [impure] = parsed.template.impure.keys();
    if (impure === undefined) return [];
    return told(
      `it uses ${impure}, whose result changes by itself, while it is asked only when the row or the form changes; ` +
        "let a column of the hub's table or view say it",
    );
  });
}

export function readinessIsExpressed(
  _input: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  return resources.flatMap((checked) => {
    const { readyWhen } = checked.resource;
    const problem = readyWhen === undefined ? undefined : checkReadyWhen(readyWhen);
    return problem === undefined ? [] : [atField(checked, "readyWhen", { text: problem })];
  });
}

export function ignoredFieldsAreNamed(
  _input: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  return resources.flatMap((checked) =>
    (checked.resource.ignoreFields ?? []).flatMap((path, index) => {
      const parsed = parseFieldPath(path);
      if (parsed.kind === "path") return [];
      const text = `invalid JSONPath ${JSON.stringify(path)} at ${parsed.at}; ` +
        "name fields like $.spec.replicas or $.spec.list[*].image";
      return [atField(checked, `ignoreFields[${index}]`, { text })];
    })
  );
}
