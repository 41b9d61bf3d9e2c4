import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { FormSpec } from "../api/form.ts";
import { ANNOTATION, LABEL } from "../api/labels.ts";
import { type Resource, resource, RESOURCE_ARRAYS, type ResourceArrays } from "../api/resource.ts";
import type { StoredForm } from "../api/stored.ts";
import { compareText } from "../kube/compare_text.ts";
import type { KubeObject } from "../kube/object.ts";
import type { StoredRevision } from "./world.ts";

/** A form's resource arrays: what a revision keeps. */
export function arraysOf(spec: FormSpec): ResourceArrays {
  return Object.fromEntries(
    RESOURCE_ARRAYS.flatMap((name) => spec[name] === undefined ? [] : [[name, spec[name]]]),
  );
}

/**
 * The ControllerRevision of a form's present generation. Its name holds a hash of the resource arrays, so that the same
 * arrays are the same revision however often the form goes back and forth; `number` says which came last. It has no
 * owner: nodes that follow it outlive their form until they are finalized.
 */
export function formRevision(form: StoredForm, number: number): KubeObject {
  const arrays = arraysOf(form.spec);
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: revisionName(form.name, arrays),
      namespace: form.namespace,
      labels: { [LABEL.form]: labelOf(form.name) },
      annotations: { "lynq.sh/form": form.name },
    },
    data: arrays,
    revision: number,
  };
}

const NAME_LIMIT = 253;

/** A field that has its default says nothing: a later version that knows more fields gives the same name. */
export function revisionName(form: string, arrays: ResourceArrays): string {
  const said = Object.fromEntries(
    Object.entries(arrays).map(([name, entries]) => [name, entries?.map(withoutDefaults)]),
  );
  const hash = createHash("sha256").update(sortedJson(said)).digest("hex").slice(0, 10);
  return `${form.slice(0, NAME_LIMIT - hash.length - 1).replace(/[^a-z0-9]+$/, "")}-${hash}`;
}

const DEFAULTS: Partial<Resource> = resource.parse({ id: "id", spec: {} });

function withoutDefaults(entry: Resource): Partial<Resource> {
  return Object.fromEntries(
    Object.entries(entry).filter(([key, value]) =>
      key === "id" || key === "spec" || !isDeepStrictEqual(DEFAULTS[key as keyof Resource], value)
    ),
  );
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compareText(a, b)));
  });
}

/** A label value has at most 63 characters; the annotation holds the whole name. */
function labelOf(form: string): string {
  return form.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "");
}

/** A revision that the form's author asks for in place of the present generation. */
export interface Pin {
  /** Where it is asked for, as messages name it. */
  readonly field: string;
  /** Name or number. */
  readonly value: string;
}

/** `spec.rollout.revision`, or without it the annotation that kubectl can set. */
export function pinOf(form: Pick<StoredForm, "spec" | "annotations">): Pin | undefined {
  const { revision } = form.spec.rollout ?? {};
  if (revision !== undefined) return { field: "spec.rollout.revision", value: revision };
  const value = form.annotations[ANNOTATION.rollbackTo];
  return value === undefined || value === ""
    ? undefined
    : { field: `metadata.annotations[${ANNOTATION.rollbackTo}]`, value };
}

export function findPinned({ value }: Pin, revisions: readonly StoredRevision[]): StoredRevision | undefined {
  return revisions.find(({ name }) => name === value) ??
    revisions.find(({ revision }) => String(revision) === value);
}

/** What is wrong with a pin that names no kept revision, and what it could name. */
export function unknownPin({ field, value }: Pin, revisions: readonly StoredRevision[]): string {
  const kept = revisions.toSorted((a, b) => b.revision - a.revision).map(({ name, revision }) =>
    `${revision} (${name})`
  );
  const there = kept.length === 0 ? "none is kept" : `kept are ${kept.join(", ")}`;
  return `${field} ${
    JSON.stringify(value)
  } is no revision of this form: ${there}; name one of them by number or ` +
    "name, or remove it to follow the present generation";
}
