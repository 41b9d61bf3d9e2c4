import type { ObjectPath } from "../api/givens.ts";
import type { CompiledField } from "./compiled_value.ts";

/** Where the templates of a resource read sensitive variables. */
export type SensitiveUse =
  | { readonly kind: "none" }
  /** In the object below its metadata, at these paths. */
  | { readonly kind: "body"; readonly paths: readonly ObjectPath[] }
  /** In a field that is shown in statuses, events and listings, or is asked about in every pass. */
  | { readonly kind: "exposed"; readonly field: string; readonly variable: string };

export const NO_USE: SensitiveUse = { kind: "none" };

/** A resource's templates, apart from each other by what becomes of them. */
export interface UsingFields {
  /** Those of the whole object. */
  readonly body: readonly CompiledField[];
  /** Those of names, namespaces, labels, annotations and conditions. */
  readonly shown: readonly CompiledField[];
}

/** What everybody sees of an object. */
const SHOWN_KEYS: ReadonlySet<string | number> = new Set(["apiVersion", "kind", "metadata"]);

/** Where these sensitive variables are read. A template that uses the dot as a whole reads them all. */
export function sensitiveUse({ body, shown }: UsingFields, names: readonly string[]): SensitiveUse {
  if (names.length === 0) return NO_USE;
  const read = ({ template }: CompiledField) =>
    template.readsAll ? names[0] : names.find((name) => template.variables.includes(name));
  const isShown = ({ path: [first] }: CompiledField) => first !== undefined && SHOWN_KEYS.has(first);
  for (const field of [...shown, ...body.filter(isShown)]) {
    const variable = read(field);
    if (variable !== undefined) return { kind: "exposed", field: field.field, variable };
  }
  const paths = body.flatMap((field) => read(field) === undefined ? [] : [field.path]);
  return paths.length === 0 ? NO_USE : { kind: "body", paths };
}

/** Why a sensitive variable can't stand in a field. */
export function exposedText(variable: string): string {
  return `it reads .${variable}, which its hub keeps secret, and names, labels, annotations and conditions of an ` +
    "object are shown to all: use the variable below the object's metadata only, best in a Secret";
}
