import type { Variables } from "../api/stages.ts";
import {
  type JsonValue,
  parseTemplate,
  type RenderOptions,
  type Template,
  TemplateError,
} from "../template/mod.ts";
import { keepsText } from "./keep_text.ts";
import { jsonInteger } from "./raw_json.ts";

/** A JSON value whose strings are templates, compiled once. */
export interface CompiledValue {
  /** Renders; throws `FieldError`. Parts without templates are shared between renders, so the result is read-only. */
  readonly render: (variables: Variables, sources?: FieldSources) => unknown;
  /** Its templates in the order that they stand in. */
  readonly fields: readonly CompiledField[];
}

/** One template and where it stands. */
export interface CompiledField {
  /** As errors name it: `spec.template.spec.containers[0].image`. */
  readonly field: string;
  /** Keys and indexes from the compiled value to it. */
  readonly path: readonly (string | number)[];
  /** The template as it is written. */
  readonly text: string;
  readonly template: Template;
  /** It may become a number, a boolean or a structure. */
  readonly typed: boolean;
  readonly render: (variables: Variables, sources?: FieldSources) => unknown;
}

/** What templates get of the world; the machine's clock and random source unless told. */
export interface FieldSources {
  readonly world?: (field: string) => NonNullable<RenderOptions["world"]>;
  /** Fields whose templates make keys are left empty. */
  readonly leaveKeys?: boolean;
  /** Milliseconds that all templates of the resource still may take. */
  readonly left?: (() => number) | undefined;
}

/** What the API server's schema says of a field, by its chain of keys; undefined where it says nothing. */
export type FieldTyping = (keys: readonly string[]) => "text" | "other" | undefined;

const UNKNOWN: FieldTyping = () => undefined;

/** A template that failed, with the path of the field it stands in: `spec.template.spec.containers[0].image`. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  readonly field: string;
  readonly error: TemplateError;

  constructor(field: string, error: TemplateError) {
    super(`${field}: ${error.message}`, { cause: error });
    this.field = field;
    this.error = error;
  }
}

/** Where a value stands: how errors name it, and the chain of map keys that decides whether it stays text. */
interface Place {
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly keys: readonly string[];
  readonly objectKind: string | undefined;
  readonly typing: FieldTyping;
}

/** Compiles the body of a resource. Throws `FieldError` for a template that does not parse. */
export function compileObject(
  spec: Record<string, unknown>,
  field: string,
  typing: FieldTyping = UNKNOWN,
): CompiledValue {
  const kind = typeof spec["kind"] === "string" ? spec["kind"] : undefined;
  return compile(spec, { field, path: [], keys: [], objectKind: kind, typing });
}

/** Compiles one string that always stays text: a name, a namespace, a label. */
export function compileText(text: string, field: string): CompiledValue {
  return compile(text, { field, path: [], keys: ["metadata"], objectKind: undefined, typing: UNKNOWN });
}

/** Compiles a map of strings that stay text: labels or annotations. Keys are never templates. */
export function compileTexts(texts: Readonly<Record<string, string>>, field: string): CompiledValue {
  return compile(texts, { field, path: [], keys: ["metadata"], objectKind: undefined, typing: UNKNOWN });
}

function compile(value: unknown, place: Place): CompiledValue {
  if (typeof value === "string") return compileString(value, place);
  if (Array.isArray(value)) {
    const items = value.map((item, n) =>
      compile(item, { ...place, field: `${place.field}[${n}]`, path: [...place.path, n] })
    );
    return assemble(
      value,
      items,
      (variables, sources) => items.map((item) => item.render(variables, sources)),
    );
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => {
      const keys = [...place.keys, key];
      return [
        key,
        compile(inner, { ...place, field: `${place.field}.${key}`, path: [...place.path, key], keys }),
      ] as const;
    });
    return assemble(
      value,
      entries.map(([, inner]) => inner),
      (variables, sources) =>
        Object.fromEntries(entries.map(([key, inner]) => [key, inner.render(variables, sources)])),
    );
  }
  return { render: () => value, fields: [] };
}

/** A container; without a template inside it is the given value itself. */
function assemble(
  value: unknown,
  parts: readonly CompiledValue[],
  render: CompiledValue["render"],
): CompiledValue {
  const fields = parts.flatMap((part) => part.fields);
  return fields.length === 0 ? { render: () => value, fields } : { render, fields };
}

function compileString(text: string, place: Place): CompiledValue {
  if (!text.includes("{{")) return { render: () => text, fields: [] };
  const { field, path } = place;
  const template = guard(field, () => parseTemplate(text));
  const typed = !staysText(place);
  const render = (variables: Variables, sources: FieldSources = {}) =>
    guard(field, () => {
      const data = withOptional(variables, template.optional);
      const options = {
        ...(sources.world === undefined ? {} : { world: sources.world(field) }),
        ...(sources.left === undefined ? {} : { limits: { milliseconds: sources.left() } }),
      };
      return typed ? jsonValue(template.renderValue(data, options)) : template.render(data, options);
    });
  const own: CompiledField = { field, path, text, template, typed, render };
  if (!makesKeys(template)) return { render, fields: [own] };
  return {
    render: (variables, sources) => sources?.leaveKeys === true ? "" : render(variables, sources),
    fields: [own],
  };
}

/** Whether a template generates keys, which nothing could derive a second time. */
export function makesKeys(template: Template): boolean {
  return [...template.impure.values()].includes("key");
}

/** A variable that `default` or `coalesce` stands in for is empty where the row has none. */
function withOptional(variables: Variables, optional: readonly string[]): Variables {
  const missing = optional.filter((name) => !Object.hasOwn(variables, name));
  if (missing.length === 0) return variables;
  const filled: Record<string, string> = Object.assign(Object.create(null), variables);
  for (const name of missing) filled[name] = "";
  return filled;
}

/** The schema decides where there is one; metadata and what compat.md 5.6 lists is text in any case. */
function staysText({ keys, objectKind, typing }: Place): boolean {
  const known = keys[0] === "metadata" ? "text" : typing(keys);
  return known === undefined ? keepsText(keys, objectKind) : known === "text";
}

/** Rendered values as JSON: integers that a double can't hold keep their digits. */
function jsonValue(value: JsonValue): unknown {
  if (typeof value === "bigint") return jsonInteger(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonValue(inner)]));
}

function guard<T>(field: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TemplateError) throw new FieldError(field, error);
    throw error;
  }
}
