import { asMap } from "./apply_typed.ts";
import type { StructSchema, TypeSchema } from "./field_management.ts";
import type { Fields } from "./schema_default_rules.ts";
import { API_DEFAULTS } from "./schema_defaults_api.ts";
import { POD_DEFAULTS } from "./schema_defaults_pod.ts";
import { WORKLOAD_DEFAULTS } from "./schema_defaults_workload.ts";

const RULES = new Map(Object.entries({ ...POD_DEFAULTS, ...WORKLOAD_DEFAULTS, ...API_DEFAULTS }));

/** The object as the server stores it: each type's own defaults from the outside in, then those of its document. */
export function withDefaults(type: TypeSchema, value: unknown): unknown {
  if (type.kind === "list") {
    return Array.isArray(value) ? value.map((item) => withDefaults(type.items, item)) : value;
  }
  const map = type.kind === "map" ? asMap(value) : undefined;
  return type.kind === "map" && map !== undefined ? structDefaults(type, map) : value;
}

function structDefaults(type: StructSchema, map: Fields): Fields {
  const out: Record<string, unknown> = { ...documented(type, RULES.get(type.name)?.(map) ?? map) };
  for (const [name, inner] of Object.entries(out)) {
    const innerType = type.fields.get(name) ?? type.values;
    if (innerType !== undefined) out[name] = withDefaults(innerType, inner);
  }
  return out;
}

function documented(type: StructSchema, map: Fields): Fields {
  const out: Record<string, unknown> = { ...map };
  for (const [name, value] of type.fieldDefaults) {
    const meaningful = (typeof value === "string" && value !== "") || value === true ||
      (typeof value === "number" && value !== 0);
    if (meaningful && (out[name] === undefined || out[name] === "")) out[name] = value;
  }
  return out;
}
