import type { Givens, KeyField, ObjectPath } from "../api/givens.ts";
import type { Impurity } from "../template/mod.ts";
import { type CompiledField, type FieldSources, makesKeys } from "./compiled_value.ts";
import { randomStream, type Seed } from "./random_stream.ts";

/** Where a rendering takes from what neither the form nor the row tells; without it, from the machine. */
export interface RenderSources {
  /** What random values are derived from. */
  readonly seed?: Seed | undefined;
  /** What `now` gives, in whole seconds. */
  readonly now?: Date;
  /** Keys and certificates are left out, to be made where there is none to keep. */
  readonly leaveKeys?: boolean;
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
export function fieldSources(id: string, { seed, now, leaveKeys }: RenderSources): FieldSources {
  const nanos = now === undefined ? undefined : BigInt(now.getTime()) * 1_000_000n;
  return {
    leaveKeys: leaveKeys ?? false,
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

/** What is to be remembered of a rendering beside its object; undefined where another one gives the same. */
export function givensOf(
  { fields, needs }: { fields: readonly PlacedField[]; needs: Needs },
  { seed, now }: RenderSources,
  make: (field: CompiledField) => KeyField["make"],
): Givens | undefined {
  if (!needs.random && !needs.clock && !needs.keys) return undefined;
  const keys = fields.filter(({ field }) => makesKeys(field.template));
  const random = fields.filter(({ field }) => reads(field, "random") && !makesKeys(field.template));
  return {
    ...(needs.clock && now !== undefined ? { renderedAt: now.toISOString().replace(/\.\d+Z$/, "Z") } : {}),
    ...(needs.random && seed !== undefined ? { seed: seed.fingerprint } : {}),
    random: random.map(({ path }) => path),
    keys: keys.map(({ field, path }) => ({ path, make: make(field) })),
  };
}

function reads(field: CompiledField, source: Impurity): boolean {
  return [...field.template.impure.values()].includes(source);
}
