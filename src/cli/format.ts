import { parseTemplate, TemplateError } from "../template/mod.ts";
import type { FieldSchemas } from "./field_schema.ts";
import { type FieldPlace, fieldPlaces, typeOfField } from "./field_type.ts";
import { mergeRepeatedKey, type MergeStep, type SourceLine } from "./repeated_keys.ts";
import { isBalanced, pieces } from "./template_text.ts";
import { typedTemplate } from "./typed_template.ts";
import { type PlainTemplate, scanYaml } from "./yaml_scan.ts";

/** What was rewritten, on a line (from 1) of the text that was given. */
export interface FormatChange {
  readonly line: number;
  readonly message: string;
}

export interface Formatted {
  readonly text: string;
  /** The line (from 1) of the given text that each line of `text` comes from. */
  readonly origins: readonly number[];
  readonly changes: readonly FormatChange[];
  /** What has to be changed by hand. */
  readonly problems: readonly FormatChange[];
}

/**
 * Rewrites YAML in which templates stand unquoted, or keys stand twice in a map, into YAML that the API server takes.
 * Comments, order and everything else stay as they are. `schemas` is asked only when a template needs its type.
 */
export function formatYaml(given: string, schemas: () => FieldSchemas): Formatted {
  const text = given.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const { templates, unclosed } = scanYaml(text);
  const lines = lineNumbers(text);
  const problems: FormatChange[] = unclosed.map((at) => ({
    line: lines(at),
    message: "a template action is not closed: add }}",
  }));
  const quoted: Quoting[] = [];
  for (const template of templates) {
    const problem = problemOf(text, template);
    if (problem !== undefined) problems.push({ line: lines(template.start), message: problem });
    else if (needsQuotes(text, template)) quoted.push({ ...template, source: unfolded(text, template) });
  }
  if (problems.length > 0) return { text, origins: numbered(text), changes: [], problems };
  const changes = applyTypes({ text, quoted, schemas, lines, problems });
  return merged({ ...replaced(text, quoted), changes, problems });
}

/** A plain scalar that gets quotes. `source` is the template that it stands for. */
interface Quoting extends PlainTemplate {
  readonly source: string;
  typed?: string;
}

const AROUND = "a template stands around or beside YAML lines, which Kubernetes can't read: " +
  "put the choice into the values, or let a view of the database choose the rows";

function problemOf(text: string, template: PlainTemplate): string | undefined {
  const source = text.slice(template.start, template.end);
  if (template.place === "key") {
    if (!source.startsWith("{{") && !template.flow) return undefined;
    return `the key ${source} is a template, and keys are not rendered: ` +
      "write the key out, or make the whole map by a template that ends in asValue";
  }
  const found = pieces(source);
  if (found === undefined) return `${source} is no template: check its quotes and characters`;
  return template.place === "line" && source.startsWith("{{") || !isBalanced(found) ? AROUND : undefined;
}

function needsQuotes(text: string, { start, end, flow, place }: PlainTemplate): boolean {
  if (place === "key") return false;
  const source = text.slice(start, end);
  return flow || source.startsWith("{{") || /:\s|\s#|:$/.test(source);
}

/** The value of a plain scalar over several lines: a line break is a space, an empty line a line break. */
function unfolded(text: string, { start, end }: PlainTemplate): string {
  return text.slice(start, end).replace(/[ \t]*\n\s*/g, (gap) => {
    const breaks = gap.split("\n").length - 1;
    return breaks === 1 ? " " : "\n".repeat(breaks - 1);
  });
}

interface Typing {
  readonly text: string;
  readonly quoted: Quoting[];
  readonly schemas: () => FieldSchemas;
  readonly lines: (at: number) => number;
  readonly problems: FormatChange[];
}

/** Chooses the type of every quoted template by the field that it stands in. */
function applyTypes({ text, quoted, schemas, lines, problems }: Typing): FormatChange[] {
  const { text: readable, starts } = replaced(text, quoted);
  const places = fieldPlaces(readable);
  if (places.kind === "invalid") {
    const origins = replaced(text, quoted).origins;
    for (const { line, message } of places.errors) {
      problems.push({ line: origins[line - 1] ?? line, message: `no YAML: ${message}` });
    }
    return [];
  }
  return quoted.map((one, index) => {
    const place = places.fields.get(starts[index] ?? -1);
    const line = lines(one.start);
    const { typed, why } = place === undefined
      ? { typed: one.source, why: "kept as text" }
      : typeIn(place, one, schemas());
    one.typed = typed;
    const syntax = syntaxError(typed);
    if (syntax !== undefined) problems.push({ line, message: syntax });
    return { line, message: `${place?.field ?? "a value"}: ${one.source} -> ${yamlString(typed)} (${why})` };
  });
}

function typeIn(place: FieldPlace, one: Quoting, schemas: FieldSchemas): { typed: string; why: string } {
  const found = pieces(one.source) ?? [];
  const choice = typeOfField(place, found, schemas);
  const result = typedTemplate(found, choice.type);
  const reason = result.kind === "text" ? result.reason : undefined;
  return {
    typed: result.text,
    why: reason === undefined ? choice.because : `${choice.because}, but a text: ${reason}`,
  };
}

function syntaxError(template: string): string | undefined {
  try {
    parseTemplate(template);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.message;
  }
}

interface Replaced {
  readonly text: string;
  /** Offsets of the replacements. */
  readonly starts: readonly number[];
  readonly origins: readonly number[];
}

function replaced(text: string, quoted: readonly Quoting[]): Replaced {
  let out = "";
  let line = 1;
  let at = 0;
  const starts: number[] = [];
  const origins = [1];
  const keep = (part: string) => {
    out += part;
    for (let i = 0; i < part.length; i++) if (part[i] === "\n") origins.push(++line);
  };
  for (const one of quoted) {
    keep(text.slice(at, one.start));
    starts.push(out.length);
    out += yamlString(one.typed ?? one.source);
    line += text.slice(one.start, one.end).split("\n").length - 1;
    at = one.end;
  }
  keep(text.slice(at));
  return { text: out, starts, origins };
}

/** A template as a YAML string in quotes on one line; in double quotes unless that needs escapes that single ones spare. */
function yamlString(template: string): string {
  const single = /["\\]/.test(template) && !/['\n]/.test(template);
  return single ? `'${template}'` : JSON.stringify(template);
}

interface Merging {
  readonly text: string;
  readonly origins: readonly number[];
  readonly changes: readonly FormatChange[];
  readonly problems: readonly FormatChange[];
}

function merged({ text, origins, changes, problems }: Merging): Formatted {
  const told = new Map<string, FormatChange>();
  const given: readonly SourceLine[] = text.split("\n").map((line, n) => ({
    text: line,
    line: origins[n] ?? n + 1,
  }));
  let lines = given;
  let last: FormatChange | undefined;
  // A step takes the key of a line away, or writes its flow collection in block style.
  for (let steps = problems.length > 0 ? 0 : 2 * given.length; steps > 0; steps--) {
    const step = mergeRepeatedKey(lines);
    if (step.kind === "none") break;
    if (step.kind !== "merged") {
      const problem = step.kind === "refused" ? refusal(step) : { line: last?.line ?? 1, message: BY_HAND };
      return { ...asFormatted(step.kind === "refused" ? lines : given), changes, problems: [problem] };
    }
    lines = step.lines;
    last = {
      line: step.from,
      message: `${step.key} stands twice in one map: merged into line ${step.into}`,
    };
    told.set(`${step.from} ${last.message}`, last);
  }
  const all = [...changes, ...told.values()].toSorted((a, b) => a.line - b.line);
  return { ...asFormatted(lines), changes: all, problems };
}

const BY_HAND =
  "a key stands twice in one map, and its values can't be merged as they are written: merge them by hand";

function refusal({ key, from, into }: Extract<MergeStep, { kind: "refused" }>): FormatChange {
  const lines = into === from ? `line ${from}` : `lines ${into} and ${from}`;
  return {
    line: from,
    message: `${key} stands twice in one map, with different values on ${lines}: remove one`,
  };
}

function asFormatted(lines: readonly SourceLine[]): Pick<Formatted, "text" | "origins"> {
  return { text: joined(lines), origins: lines.map(({ line }) => line) };
}

function joined(lines: readonly SourceLine[]): string {
  return lines.map(({ text }) => text).join("\n");
}

function numbered(text: string): number[] {
  return text.split("\n").map((_, index) => index + 1);
}

function lineNumbers(text: string): (at: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (at) => starts.findLastIndex((start) => start <= at) + 1;
}
