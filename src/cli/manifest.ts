import { Document, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { FieldSchemas, Step } from "./field_schema.ts";
import { fieldName } from "./field_type.ts";
import { formatYaml } from "./format.ts";
import type { InputFile } from "./input_files.ts";
import { withoutNulls } from "./nulls.ts";

/** One document of a file, in either spelling, as an object. */
export interface Manifest {
  readonly file: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** The line (from 1) of a field by its path, or of the nearest one around it. */
  readonly line: (field: string) => number;
}

/** Something wrong in a file, with the remedy in its message. */
export interface ManifestProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
}

/** Reads the objects of a file; templates may stand in it unquoted. Lists (`kind: List`) give their items. */
export function readManifests(input: InputFile, schemas: () => FieldSchemas): Manifests {
  const { text, origins, problems } = formatYaml(input.text, schemas);
  const file = input.name;
  if (problems.length > 0) {
    return { manifests: [], problems: problems.map((problem) => ({ file, ...problem })) };
  }
  const counter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: counter, prettyErrors: false })];
  const at = (offset: number) => {
    const { line } = counter.linePos(offset);
    return origins[line - 1] ?? line;
  };
  const results = documents.map((document) => readDocument(document as Document, { file, at }));
  return {
    manifests: results.flatMap((result) => result.manifests),
    problems: results.flatMap((result) => result.problems),
  };
}

interface Origin {
  readonly file: string;
  readonly at: (offset: number) => number;
}

function readDocument(document: Document, { file, at }: Origin): Manifests {
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      file,
      line: at(pos[0]),
      message: `no YAML: ${message}`,
    }));
    return { manifests: [], problems };
  }
  const value: unknown = document.toJS();
  const line = at(document.contents?.range?.[0] ?? 0);
  if (value === null || value === undefined) return { manifests: [], problems: [] };
  if (!isObject(value)) return { manifests: [], problems: [{ file, line, message: NO_OBJECT }] };
  const lines = new Map<string, number>();
  collectLines(document.contents, [], (field, offset) => lines.set(field, at(offset)));
  const items = value["kind"] === "List" && Array.isArray(value["items"]) ? value["items"] : undefined;
  const parts = items === undefined
    ? [{ object: value, prefix: "" }]
    : items.map((object: unknown, index) => ({ object, prefix: `items[${index}].` }));
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const { object, prefix } of parts) {
    const lineOf = (field: string) => nearest(lines, prefix + field) ?? line;
    const manifest = toManifest(object, { file, line: lineOf });
    if (manifest === undefined) problems.push({ file, line: lineOf(""), message: NO_OBJECT });
    else manifests.push(manifest);
  }
  return { manifests, problems };
}

const NO_OBJECT = "no Kubernetes object: it needs apiVersion, kind and metadata.name";

function toManifest(object: unknown, at: Pick<Manifest, "file" | "line">): Manifest | undefined {
  if (!isObject(object)) return undefined;
  const { apiVersion, kind, metadata } = object;
  const name = isObject(metadata) ? metadata["name"] : undefined;
  const namespace = isObject(metadata) ? metadata["namespace"] : undefined;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") {
    return undefined;
  }
  return {
    ...at,
    object: withoutNulls(object),
    apiVersion,
    kind,
    name,
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Visit = (field: string, offset: number) => void;

function collectLines(node: unknown, path: readonly Step[], visit: Visit): void {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      if (isCollection(item) || isScalar(item)) visit(fieldName([...path, index]), item.range?.[0] ?? 0);
      collectLines(item, [...path, index], visit);
    }
  } else if (isMap(node)) {
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const inner = [...path, String(pair.key.value)];
      visit(fieldName(inner), pair.key.range?.[0] ?? 0);
      collectLines(pair.value, inner, visit);
    }
  }
}

/** The line of a field, or of the last one on the way to it. */
function nearest(lines: ReadonlyMap<string, number>, field: string): number | undefined {
  for (
    let path = field;
    path !== "";
    path = path.slice(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["), 0))
  ) {
    const line = lines.get(path);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** `LynqForm lynq-system/web`, as messages name an object. */
export function titleOf({ kind, namespace, name }: Pick<Manifest, "kind" | "namespace" | "name">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
