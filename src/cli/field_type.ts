import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { GROUP } from "../api/labels.ts";
import { keepsText } from "../node/keep_text.ts";
import { guessFromName, guessType, printedFields } from "./field_guess.ts";
import type { FieldSchemas, ObjectType, SchemaType, Step } from "./field_schema.ts";
import type { Piece } from "./template_text.ts";
import type { FieldType } from "./typed_template.ts";

/** A Kubernetes object around a field, and the way from it to the field. */
export interface Surrounding {
  readonly type: ObjectType;
  readonly path: readonly Step[];
}

/** Where a string stands in its document. */
export interface FieldPlace {
  /** `spec.deployments[0].spec.spec.replicas` */
  readonly field: string;
  readonly path: readonly Step[];
  /** The objects around it, the outermost first. */
  readonly objects: readonly Surrounding[];
}

export type FieldPlaces =
  | { readonly kind: "places"; readonly fields: ReadonlyMap<number, FieldPlace> }
  | {
    readonly kind: "invalid";
    readonly errors: readonly { readonly line: number; readonly message: string }[];
  };

/** The place of every scalar value by its offset in the text. */
export function fieldPlaces(text: string): FieldPlaces {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { uniqueKeys: false, lineCounter: counter, prettyErrors: false });
  const errors = [...documents].flatMap((document) => document.errors).map(({ message, pos }) => ({
    line: counter.linePos(pos[0]).line,
    message,
  }));
  if (errors.length > 0) return { kind: "invalid", errors };
  const fields = new Map<number, FieldPlace>();
  for (const document of documents) walk(document.contents, { path: [], objects: [] }, fields);
  return { kind: "places", fields };
}

interface Way {
  readonly path: readonly Step[];
  readonly objects: readonly Surrounding[];
}

function walk(node: unknown, way: Way, fields: Map<number, FieldPlace>): void {
  if (isScalar(node) && node.range) {
    fields.set(node.range[0], { ...way, field: fieldName(way.path) });
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) walk(item, step(way, index), fields);
  } else if (isMap(node)) {
    const objects = withObject(node.toJSON(), way.objects);
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      walk(pair.value as Node | null, step({ ...way, objects }, key), fields);
    }
  }
}

function withObject(
  value: { apiVersion?: unknown; kind?: unknown },
  objects: Way["objects"],
): Way["objects"] {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return objects;
  return [...objects, { type: { apiVersion, kind }, path: [] }];
}

function step(way: Way, by: Step): Way {
  return {
    path: [...way.path, by],
    objects: way.objects.map((object) => ({ ...object, path: [...object.path, by] })),
  };
}

/** A path as errors write it: `spec.containers[0].image`. */
export function fieldName(path: readonly Step[]): string {
  return path.map((by) => typeof by === "number" ? `[${by}]` : `.${by}`).join("").replace(/^\./, "");
}

export interface TypeChoice {
  readonly type: FieldType;
  /** What decided it, in words. */
  readonly because: string;
}

const BY_SCHEMA: Readonly<Record<SchemaType, FieldType>> = {
  "integer": "int",
  "number": "float",
  "boolean": "bool",
  "string": "text",
  "integer or string": "text",
  "structure": "value",
};

/**
 * The type that a field takes: by the schema of its object where one is known, else by the rules for texts
 * (compat.md 5.6), else guessed from the template and the names of field and variable.
 */
export function typeOfField(place: FieldPlace, found: readonly Piece[], schemas: FieldSchemas): TypeChoice {
  const [own, ...others] = place.objects;
  const isOurs = own?.type.apiVersion.startsWith(`${GROUP}/`) === true;
  const targets = isOurs ? others : place.objects;
  if (isOurs && targets.length === 0) return { type: "text", because: "a text" };
  for (const { type, path } of targets) {
    const schema = schemas.typeOf(type, path);
    if (schema === undefined) continue;
    if (schema === "integer or string") return integerOrString(place, found);
    return { type: BY_SCHEMA[schema], because: `${schema} of ${type.kind} ${fieldName(path)}` };
  }
  const [target] = targets;
  const keys = (target?.path ?? place.path).filter((by) => typeof by === "string");
  if (keepsText(keys, target?.type.kind)) return { type: "text", because: "a text there" };
  const guess = guessType(keys.at(-1) ?? "", found);
  return guess === undefined
    ? { type: "text", because: "a text, as nothing tells its type: add | int or | bool if it has another" }
    : { type: guess.type, because: `guessed from ${guess.from}` };
}

/** Kubernetes takes a number only as a number there; a name or a percentage is a text. */
function integerOrString(place: FieldPlace, found: readonly Piece[]): TypeChoice {
  const key = place.path.findLast((by) => typeof by === "string") ?? "";
  const variables = printedFields(found);
  const percentage = /percent|%/i.test(found.map((piece) => piece.text).join(""));
  const text = percentage || guessType(key, found)?.type === "text" ||
    variables.some((name) => guessFromName(name) === "text");
  return text
    ? { type: "text", because: "integer or string, guessed a string" }
    : { type: "int", because: "integer or string, guessed an integer" };
}
