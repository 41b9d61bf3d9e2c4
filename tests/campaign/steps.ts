import type { KubeObject } from "../../src/kube/object.ts";
import type { Chance } from "../support/fault_random.ts";
import { type Edit, mutateSpec } from "./mutate.ts";
import { happens, pick } from "./pools.ts";
import type { Schema } from "./schema.ts";
import type { FleetPlace, FleetSpecs } from "./seed_fleet.ts";

/** The hub and the forms that were asked for last, by name; undefined where they were deleted. */
export interface Asked {
  readonly hub: KubeObject | undefined;
  readonly forms: ReadonlyMap<string, KubeObject>;
}

/** One thing that somebody does to a fleet. */
export type Step =
  | { readonly kind: "put"; readonly object: KubeObject; readonly edit: Edit }
  | { readonly kind: "create"; readonly object: KubeObject }
  | { readonly kind: "delete"; readonly object: KubeObject }
  | { readonly kind: "rows"; readonly sql: string };

export interface StepInput {
  readonly asked: Asked;
  readonly seed: FleetSpecs;
  readonly place: FleetPlace;
  readonly schemas: { readonly hub: Schema; readonly form: Schema };
}

/** The next step: mostly one field of one spec, sometimes something ruder. */
export function nextStep(chance: Chance, input: StepInput): Step {
  const { asked, seed, place } = input;
  const { hub, forms } = asked;
  const missing = missingOf(asked, seed);
  if (missing.length > 0 && happens(chance, 0.5)) {
    return { kind: "create", object: recreated(chance, pick(chance, missing)) };
  }
  const kind = chance();
  if (hub !== undefined && kind < 0.24) return mutated(chance, hub, input);
  const present = [...forms.values()];
  const form = present.length === 0 ? undefined : pick(chance, present);
  if (form !== undefined && kind < 0.78) return mutated(chance, form, input);
  const someone = [...hub === undefined ? [] : [hub], ...present];
  if (someone.length > 0 && kind < 0.86) return annotated(chance, pick(chance, someone));
  if (kind < 0.91) return { kind: "rows", sql: rowsChange(chance, place.word) };
  if (form !== undefined && kind < 0.935) return { kind: "delete", object: form };
  if (hub !== undefined && kind < 0.945) return { kind: "delete", object: hub };
  if (kind < 0.965) return { kind: "create", object: rival(chance, seed) };
  const original = pick(chance, [seed.hub, ...seed.forms]);
  const now = original.kind === "LynqHub" ? hub : forms.get(original.metadata.name ?? "");
  if (now === undefined) return { kind: "create", object: original };
  return {
    kind: "put",
    object: { ...now, spec: original["spec"] },
    edit: { path: "spec", before: "mutated", after: "as in the seed" },
  };
}

function missingOf({ hub, forms }: Asked, seed: FleetSpecs): KubeObject[] {
  const absent = seed.forms.filter(({ metadata }) => !forms.has(metadata.name ?? ""));
  return [...hub === undefined ? [seed.hub] : [], ...absent];
}

/** As in the seed, or a form of a hub that is not there. */
function recreated(chance: Chance, object: KubeObject): KubeObject {
  if (object.kind === "LynqHub" || happens(chance, 0.8)) return object;
  return { ...object, spec: { ...object["spec"] as object, hubId: "missing" } };
}

/** A form beside the others whose objects have the names of theirs. */
function rival(chance: Chance, seed: FleetSpecs): KubeObject {
  const form = pick(chance, seed.forms);
  const name = pick(chance, ["rival", "b", "web-2"]);
  return { ...form, metadata: { ...form.metadata, name } };
}

function mutated(chance: Chance, object: KubeObject, { schemas, place }: StepInput): Step {
  const schema = object.kind === "LynqHub" ? schemas.hub : schemas.form;
  const { spec, edit } = mutateSpec(chance, {
    schema,
    spec: object["spec"] as Record<string, unknown>,
    namespace: place.namespace,
    beside: place.beside,
  });
  return { kind: "put", object: { ...object, spec }, edit };
}

const ANNOTATIONS: Readonly<Record<string, readonly string[]>> = {
  "lynq.sh/paused": ["true", "false", "", "nonsense", "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"],
  "lynq.sh/rollback-to": ["1", "2", "999", "none", ""],
  "lynq.sh/approve-deletions": ["0000000000000000"],
  "lynq.sh/orphan-dependents": ["true", "false"],
};

function annotated(chance: Chance, object: KubeObject): Step {
  const name = pick(chance, Object.keys(ANNOTATIONS));
  const { [name]: before, ...others } = object.metadata.annotations ?? {};
  const after = before !== undefined && happens(chance, 0.5)
    ? undefined
    : pick(chance, ANNOTATIONS[name] ?? []);
  const annotations = after === undefined ? others : { ...others, [name]: after };
  return {
    kind: "put",
    object: { ...object, metadata: { ...object.metadata, annotations } },
    edit: { path: `metadata.annotations[${name}]`, before, after },
  };
}

function rowsChange(chance: Chance, word: string): string {
  return pick(chance, [
    `UPDATE tenants SET plan = 'basic'`,
    `UPDATE tenants SET plan = 'gold', replicas = 0 WHERE id = 'a${word}'`,
    `UPDATE tenants SET active = '0' WHERE id = 'b${word}'`,
    `UPDATE tenants SET active = '1'`,
    `UPDATE tenants SET active = 'maybe' WHERE id = 'a${word}'`,
    `UPDATE tenants SET held = '1' WHERE id = 'b${word}'`,
    `UPDATE tenants SET note = NULL`,
    `INSERT INTO tenants VALUES ('d${word}', 'pro', 1, '1', '', 'new')`,
    `INSERT INTO tenants VALUES ('Not A Name', 'pro', 1, '1', '', '')`,
    `DELETE FROM tenants WHERE id = 'b${word}'`,
    `DELETE FROM tenants`,
  ]);
}

/** A step in one line: what it is on, and the field with its values before and after. */
export function describe(step: Step): string {
  if (step.kind === "rows") return step.sql;
  const { kind, metadata: { name } } = step.object;
  if (step.kind !== "put") return `${step.kind} ${kind} ${name}`;
  const { path, before, after } = step.edit;
  return `${kind} ${name} ${path}: ${short(before)} => ${short(after)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "unset";
  return text.length > 400 ? `${text.slice(0, 400)}... (${text.length} characters)` : text;
}
