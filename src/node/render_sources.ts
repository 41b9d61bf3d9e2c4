import type { FleetingField, FleetingSource, Givens, KeyField, ObjectPath } from "../api/givens.ts";
import type { OpenedValues } from "../api/sensitive.ts";
import type { Variables } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { type CompiledField, type FieldSources, makesKeys } from "./compiled_value.ts";
import { canonicalJson, textHash } from "./object_hash.ts";
import { isMap, valueAt } from "./object_path.ts";
import { randomStream, type Seed } from "./random_stream.ts";

/** Where a rendering takes from what neither the form nor the row tells; without it, from the machine. */
export interface RenderSources {
  /** What random values are derived from. */
  readonly seed?: Seed | undefined;
  /** What `now` gives, in whole seconds. */
  readonly now?: Date;
  /** Keys and certificates are left out, to be made where there is none to keep. */
  readonly leaveKeys?: boolean;
  /** Values of the variables that stand with hashes among the others. */
  readonly sensitive?: OpenedValues | undefined;
  /** Milliseconds that all templates of the resource still may take; each has its own limit without it. */
  readonly left?: (() => number) | undefined;
  /** An error may quote values of the row. */
  readonly quotes?: boolean;
}

/** The variables with their sensitive values, which hashes are never made of. */
export function withSensitive(variables: Variables, { sensitive }: RenderSources): Variables {
  if (sensitive === undefined) return variables;
  return Object.assign(Object.create(null), variables, sensitive.values);
}

/** What a resource's templates read besides the variables. */
export interface Needs {
  readonly random: boolean;
  readonly clock: boolean;
  readonly keys: boolean;
}

export function needsOf(fields: readonly CompiledField[]): Needs {
  const sources = new Set(fields.flatMap(({ template }) => [...template.impure.values()]));
  return { random: sources.has("random"), clock: sources.has("clock"), keys: sources.has("key") };
}

/** The sources of each template of a resource: two fields never draw the same random bytes. */
export function fieldSources(id: string, { seed, now, leaveKeys, left }: RenderSources): FieldSources {
  const nanos = now === undefined ? undefined : BigInt(now.getTime()) * 1_000_000n;
  return {
    leaveKeys: leaveKeys ?? false,
    left,
    world: (field) => ({
      ...(nanos === undefined ? {} : { now: () => nanos }),
      ...(seed === undefined ? {} : { randomBytes: randomStream(seed, { id, field }) }),
    }),
  };
}

/** A template of an object, and where in the object it stands. */
export interface PlacedField {
  readonly field: CompiledField;
  readonly path: ObjectPath;
}

/** What was rendered, as far as a later rendering of it might differ. */
export interface Placed {
  readonly fields: readonly PlacedField[];
  readonly needs: Needs;
  /** The body of the form's entry, and its templates. */
  readonly body: { readonly spec: unknown; readonly fields: readonly CompiledField[] };
  readonly object: KubeObject;
  readonly variables: Variables;
}

/** What is to be remembered of a rendering beside its object; undefined where another one gives the same. */
export function givensOf(
  placed: Placed,
  { seed, now }: RenderSources,
  make: (field: CompiledField) => KeyField["make"],
): Givens | undefined {
  const { fields, needs } = placed;
  if (!needs.random && !needs.clock && !needs.keys) return undefined;
  const keys = fields.filter(({ field }) => makesKeys(field.template));
  const fleeting = fleetingFields(placed);
  const random = fleeting.filter(({ source }) => source === "random");
  return {
    ...(needs.clock && now !== undefined ? { renderedAt: now.toISOString().replace(/\.\d+Z$/, "Z") } : {}),
    ...(seed === undefined ? {} : { seed: seed.fingerprint }),
    ...(random.length === 0 ? {} : { values: textHash(canonicalJson(random)) }),
    fleeting,
    keys: keys.map(({ field, path }) => ({ path, make: make(field) })),
  };
}

/** A map that a template gives is as many fields: others may stand beside them. */
function fleetingFields(placed: Placed): FleetingField[] {
  return placed.fields.flatMap(({ field, path }) => {
    const source = sourceOf(field);
    if (source === undefined) return [];
    const of = source === "random" ? fieldHash(field, placed) : bodyHash(placed);
    const leaves = leavesOf(valueAt(placed.object, path, placed.object), path);
    return leaves.map((leaf) => ({ path: leaf, source, of }));
  });
}

function sourceOf({ template }: CompiledField): FleetingSource | undefined {
  const impure = new Set(template.impure.values());
  if (impure.has("key")) return undefined;
  return impure.has("random") ? "random" : impure.has("clock") ? "clock" : undefined;
}

function leavesOf(value: unknown, path: ObjectPath): ObjectPath[] {
  if (!isMap(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** Of the template and the variables in it: a random value changes with these alone. */
function fieldHash({ text, template }: CompiledField, { variables }: Placed): string {
  return textHash(`${text}\n${canonicalJson(readBy([template], variables))}`);
}

/** A new body has a new time. */
function bodyHash({ body, variables }: Placed): string {
  const templates = body.fields.map(({ template }) => template);
  return textHash(`${canonicalJson(body.spec)}\n${canonicalJson(readBy(templates, variables))}`);
}

function readBy(templates: readonly CompiledField["template"][], variables: Variables): Variables {
  if (templates.some(({ readsAll }) => readsAll)) return variables;
  const names = new Set(templates.flatMap((template) => template.variables));
  return Object.fromEntries([...names].sort().map((name) => [name, variables[name] ?? ""]));
}
