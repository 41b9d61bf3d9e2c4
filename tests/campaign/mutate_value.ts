import type { Chance } from "../support/fault_random.ts";
import { happens, pick, textFor } from "./pools.ts";
import type { Schema } from "./schema.ts";

/** Which field a value is for. */
export interface Field {
  readonly name: string;
  readonly namespace: string;
  readonly beside: string;
}

/** How often a value is tried that the schema does not allow. */
const WRONG = 0.12;

/** A value that a field without one gets: what is required in it, and now and then what is not. */
export function sampleOf(chance: Chance, schema: Schema, field: Field): unknown {
  switch (schema.type) {
    case "object": {
      if (schema.additionalProperties !== undefined) {
        return { [keyFor(chance)]: sampleOf(chance, schema.additionalProperties, field) };
      }
      const wanted = Object.entries(schema.properties ?? {}).filter(([name]) =>
        schema.required?.includes(name) === true || happens(chance, 0.4)
      );
      return Object.fromEntries(
        wanted.map(([name, inner]) => [name, sampleOf(chance, inner, { ...field, name })]),
      );
    }
    case "array":
      return Array.from(
        { length: 1 + Math.floor(chance() * 2) },
        () => sampleOf(chance, schema.items ?? {}, field),
      );
    default:
      return scalarFor(chance, { schema, field, before: undefined });
  }
}

export function keyFor(chance: Chance): string {
  return pick(chance, ["plan", "note", "example.com/k", "lynq.sh/node", "uid", "bad key!", "__proto__", "x"]);
}

/** Another value for a field that holds no list and no object; now and then one that is refused. */
export function scalarFor(
  chance: Chance,
  of: { readonly schema: Schema; readonly field: Field; readonly before: unknown },
): unknown {
  const { schema, field, before } = of;
  if (happens(chance, WRONG)) return wrongFor(chance, schema);
  switch (schema.type) {
    case "boolean":
      return typeof before === "boolean" ? !before : happens(chance, 0.5);
    case "integer":
    case "number":
      return numberFor(chance, schema, field.name);
    default:
      return schema.enum === undefined ? stringFor(chance, schema, field) : pick(chance, schema.enum);
  }
}

/** Another type, or a value just outside of what is allowed. */
function wrongFor(chance: Chance, schema: Schema): unknown {
  const { minimum = 0, maximum = 2 ** 31 - 1 } = schema;
  switch (schema.type) {
    case "boolean":
      return pick(chance, ["yes", 1, {}]);
    case "integer":
    case "number":
      return pick(chance, [minimum - 1, maximum + 1, 1.5, "7", 2 ** 53]);
    default:
      return pick(chance, ["", "Sideways", 7, true, [], {}, "x".repeat(300)]);
  }
}

function numberFor(chance: Chance, { minimum = 0, maximum = 2 ** 31 - 1 }: Schema, name: string): number {
  if (name === "queryTimeoutSeconds" || name === "connectTimeoutSeconds") {
    return pick(chance, [minimum, 5, maximum]);
  }
  return pick(chance, [
    minimum,
    minimum + 1,
    minimum + 2,
    Math.min(maximum, minimum + 10),
    maximum - 1,
    maximum,
  ]);
}

const INTERVALS = [
  "1s",
  "2s",
  "0s",
  "5m",
  "1h",
  "9999999h",
  "99999999999999999999s",
  "1.5s",
  "-1s",
  "1d",
  "s",
];
const TIMES = ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2020-01-01T00:00:00+05:00", "tomorrow", ""];

function stringFor(chance: Chance, schema: Schema, { name, ...place }: Field): string {
  if (schema.format === "date-time") return pick(chance, TIMES);
  if (schema.pattern?.includes("(s|m|h)") === true) return pick(chance, INTERVALS);
  return textFor(chance, { field: name, ...place });
}
