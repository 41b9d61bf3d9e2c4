import { mappedVariables } from "../api/mapped_variables.ts";
import type { Template } from "../template/mod.ts";
import { nearest } from "../template/suggest.ts";
import { atField, type CheckedResource, type CheckInput, type FormProblem, listed } from "./problem.ts";

export function templatesParse(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap((checked) =>
    checked.fields.flatMap(({ field, parsed }) => {
      if (parsed.kind === "template") return [];
      const text = `failed to parse template: ${parsed.error.message}`;
      return [atField(checked, field, { reason: "TemplateSyntaxInvalid", text })];
    })
  );
}

const NAMES = ["nameTemplate", "targetNamespace", "namespaceTemplate"];

/** A name made of a key would be another one at every rendering. */
export function namesAreStable(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap((checked) =>
    checked.fields.flatMap(({ field, parsed }) => {
      const named = NAMES.includes(field) || field === "spec.metadata.name" || field === "spec.kind" ||
        field === "spec.apiVersion";
      if (!named || parsed.kind === "error") return [];
      const [name] = [...parsed.template.impure].find(([, source]) => source === "key") ?? [];
      if (name === undefined) return [];
      const text =
        `${name} makes something else at every rendering, so that the object would never be found again; ` +
        "name it by the row, or by randAlphaNum, which stays";
      return [atField(checked, field, { text })];
    })
  );
}

interface Use {
  readonly checked: CheckedResource;
  readonly field: string;
}

/** What the hub does not map may be used only where `default` or `coalesce` stands in for it. */
export function variablesAreMapped(
  { spec, hub }: CheckInput,
  resources: readonly CheckedResource[],
): FormProblem[] {
  if (hub === "absent" || hub === "unknown") return [];
  const mapped = mappedVariables(hub);
  const uses = new Map<string, Use[]>();
  for (const checked of resources) {
    for (const { field, parsed } of checked.fields) {
      if (parsed.kind === "error") continue;
      for (const name of neededOf(parsed.template)) {
        if (!mapped.includes(name)) uses.set(name, [...uses.get(name) ?? [], { checked, field }]);
      }
    }
  }
  const unknown = [...uses].flatMap(([name, at]) => {
    const [first] = at;
    if (first === undefined) return [];
    const more = at.length === 1 ? "" : ` (and in ${at.length - 1} more fields)`;
    const text = `${unknownVariable(name, { hub: spec.hubId, mapped })}${more}`;
    return [atField(first.checked, first.field, { reason: "UnknownVariable", text })];
  });
  return [...unknown, ...orderIsMapped(spec, mapped)];
}

function neededOf({ variables, optional }: Template): string[] {
  return variables.filter((name) => !optional.includes(name));
}

/** The form's groups go by a variable that rows have. */
function orderIsMapped(spec: CheckInput["spec"], mapped: readonly string[]): FormProblem[] {
  const name = spec.rollout?.order?.value;
  if (name === undefined || mapped.includes(name)) return [];
  const field = "spec.rollout.order.value";
  const message = `${field}: ${unknownVariable(name, { hub: spec.hubId, mapped })}`;
  return [{ reason: "UnknownVariable", field, message }];
}

/** `unknown variable .deployImge; did you mean .deployImage; hub tenants maps uid, plan, ...`. */
export function unknownVariable(name: string, of: { hub: string; mapped: readonly string[] }): string {
  const meant = nearest(name, of.mapped);
  const hint = meant === undefined ? "" : `did you mean .${meant}; `;
  return `unknown variable .${name}; ${hint}hub ${of.hub} maps ${listed(of.mapped)}: add it to the hub's ` +
    `extraValueMappings, or write {{ .${name} | default "..." }}`;
}
