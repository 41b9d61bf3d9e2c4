import type { KubeObject } from "../kube/object.ts";
import { compareObjects } from "./apply_compare.ts";
import { fieldSetOfValue } from "./apply_field_set.ts";
import { asMap, typedProblems } from "./apply_typed.ts";
import type { TypeSchema } from "./field_management.ts";
import { differenceOf, EMPTY_SET, type FieldSet, unionOf } from "./managed_fields_set.ts";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
/** Annotations of one object may not be longer than this together. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

function lastApplied(object: unknown): string | undefined {
  const text = asMap(asMap(asMap(object)?.["metadata"])?.["annotations"])?.[ANNOTATION];
  return typeof text === "string" && text !== "" ? text : undefined;
}

/**
 * The fields that kubectl owns by its client-side annotation: those that were applied and still hold the applied value.
 * `kubectl apply --server-side` may take them over without a conflict. Empty where the annotation says nothing usable.
 */
export function clientSideFields(type: TypeSchema, live: unknown, apiVersion: string): FieldSet {
  const applied = parseMap(lastApplied(live));
  if (applied === undefined || applied["apiVersion"] !== apiVersion) return EMPTY_SET;
  if (typedProblems(type, live, false).length > 0 || typedProblems(type, applied, false).length > 0) {
    return EMPTY_SET;
  }
  const { added, modified, removed } = compareObjects(type, applied, live);
  return differenceOf(fieldSetOfValue(type, applied), unionOf(unionOf(added, modified), removed));
}

function parseMap(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return text === undefined ? undefined : asMap(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps the annotation of an object in step, when kubectl applies on the server what it once applied by itself. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  if (lastApplied(object) === undefined) return object;
  const { [ANNOTATION]: _old, ...others } = object.metadata.annotations ?? {};
  const annotations = { ...others, [ANNOTATION]: `${JSON.stringify(sorted(withoutAnnotation(applied)))}\n` };
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return {
    ...object,
    metadata: { ...object.metadata, annotations: size > MAX_ANNOTATION_BYTES ? others : annotations },
  };
}

function withoutAnnotation(applied: KubeObject): unknown {
  const given = applied.metadata?.annotations;
  if (given === undefined) return applied;
  const { [ANNOTATION]: _dropped, ...annotations } = given;
  return { ...applied, metadata: { ...applied.metadata, annotations } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const map = asMap(value);
  if (map === undefined) return value;
  return Object.fromEntries(Object.keys(map).sort().map((key) => [key, sorted(map[key])]));
}
