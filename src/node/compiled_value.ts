import type { Variables } from "../api/stages.ts";
import { type JsonValue, parseTemplate, type Template, TemplateError } from "../template/mod.ts";
import { keepsText } from "./keep_text.ts";
import { jsonInteger } from "./raw_json.ts";

/** A JSON value whose strings are templates, compiled once. */
export interface CompiledValue {
  /** Renders; throws `FieldError`. Parts without templates are shared between renders, so the result is read-only. */
  readonly render: (variables: Variables) => unknown;
  readonly templates: readonly Template[];
  /** Paths of the templated fields that keep their type. */
  readonly typed: readonly string[];
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
  return compile(spec, { field, keys: [], objectKind: kind, typing });
}

/** Compiles one string that always stays text: a name, a namespace, a label. */
export function compileText(text: string, field: string): CompiledValue {
  return compile(text, { field, keys: ["metadata"], objectKind: undefined, typing: UNKNOWN });
}

/** Compiles a map of strings that stay text: labels or annotations. Keys are never templates. */
export function compileTexts(texts: Readonly<Record<string, string>>, field: string): CompiledValue {
  return compile(texts, { field, keys: ["metadata"], objectKind: undefined, typing: UNKNOWN });
}

function compile(value: unknown, place: Place): CompiledValue {
  if (typeof value === "string") return compileString(value, place);
  if (Array.isArray(value)) {
    const items = value.map((item, n) => compile(item, { ...place, field: `${place.field}[${n}]` }));
    return assemble(value, items, (variables) => items.map((item) => item.render(variables)));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => {
      const at = { ...place, field: `${place.field}.${key}`, keys: [...place.keys, key] };
      return [key, compile(inner, at)] as const;
    });
    return assemble(
      value,
      entries.map(([, inner]) => inner),
      (variables) => Object.fromEntries(entries.map(([key, inner]) => [key, inner.render(variables)])),
    );
  }
  return { render: () => value, templates: [], typed: [] };
}

/** A container; without a template inside it is the given value itself. */
function assemble(
  value: unknown,
  parts: readonly CompiledValue[],
  render: (variables: Variables) => unknown,
): CompiledValue {
  const templates = parts.flatMap((part) => part.templates);
  const typed = parts.flatMap((part) => part.typed);
  return templates.length === 0 ? { render: () => value, templates, typed } : { render, templates, typed };
}

function compileString(text: string, place: Place): CompiledValue {
  if (!text.includes("{{")) return { render: () => text, templates: [], typed: [] };
  const template = guard(place.field, () => parseTemplate(text));
  const asText = staysText(place);
  const render = (variables: Variables) =>
    guard(
      place.field,
      () => asText ? template.render(variables) : jsonValue(template.renderValue(variables)),
    );
  return { render, templates: [template], typed: asText ? [] : [place.field] };
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
