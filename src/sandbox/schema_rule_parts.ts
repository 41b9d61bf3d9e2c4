import { asList, asMap } from "./apply_typed.ts";
import { duplicateValue, invalidValue } from "./status_error.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** One broken rule, as `Status.details.causes` tells it. */
export interface RuleCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** What a type's fields break, `at` the path of the type; fields of other types have rules of their own. */
export type Rule = (fields: Fields, at: string) => readonly RuleCause[];

/** By the last parts of the type's name: `core.v1.Container`. */
export type Rules = Readonly<Record<string, Rule>>;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

export const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const CONFIG_KEY_RULE = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
  "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

export function mapsOf(value: unknown): readonly Fields[] {
  return (asList(value) ?? []).map((item) => asMap(item) ?? {});
}

export function labelCauses(at: string, value: string): readonly RuleCause[] {
  if (value.length > 63) return [invalidValue(at, value, "must be no more than 63 bytes")];
  return DNS_LABEL.test(value) ? [] : [invalidValue(at, value, DNS_LABEL_RULE)];
}

export function portCauses(at: string, value: unknown): readonly RuleCause[] {
  if (typeof value !== "number" || (value >= 1 && value <= 65535)) return [];
  return [invalidValue(at, value, "must be between 1 and 65535, inclusive")];
}

export function negativeCauses(at: string, value: unknown): readonly RuleCause[] {
  if (typeof value !== "number" || value >= 0) return [];
  return [invalidValue(at, value, "must be greater than or equal to 0")];
}

export function configKeyCauses(at: string, data: unknown): readonly RuleCause[] {
  return Object.keys(asMap(data) ?? {}).flatMap((key) =>
    CONFIG_KEY.test(key) ? [] : [invalidValue(`${at}[${key}]`, key, CONFIG_KEY_RULE)]
  );
}

/** A cause for every item whose `name` occurred before. */
export function duplicateNames(items: readonly Fields[], at: string): readonly RuleCause[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const name = textOf(item, "name");
    const again = name !== "" && seen.has(name);
    seen.add(name);
    return again ? [duplicateValue(`${at}[${index}].name`, name)] : [];
  });
}
