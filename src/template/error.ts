import { decodeText } from "./bytes.ts";

export interface TemplateErrorInit {
  readonly stage: "parse" | "exec";
  /** The template's text up to the failing place and beyond (bytes), for the excerpt. */
  readonly source: string;
  /** Byte offset of the failing place. */
  readonly at: number;
  /** Line to report; counted from `at` unless told. */
  readonly line?: number;
  /** Where it failed, as Go writes it: `template: t:1:3: executing "t" at <.x>` (bytes). */
  readonly site: string;
  /** What failed (bytes). May quote values of the data. */
  readonly reason: string;
  readonly hint?: string;
}

/**
 * The only thing that parsing and rendering throw. The message has Go's shape
 * (`template: NAME:LINE:COL: executing "NAME" at <...>: reason`), followed by the hint if there is one.
 */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly stage: "parse" | "exec";
  /** From 1. */
  readonly line: number;
  /** Bytes from the start of the line, from 0, as Go counts. */
  readonly column: number;
  /** The template's line around the failing place, cut to 80 characters. */
  readonly excerpt: string;
  /** What to try instead, such as `did you mean "upper"?`. */
  declare readonly hint?: string;
  /** The message without its reason: it quotes the template, never a value. */
  readonly site: string;
  readonly reason: string;

  constructor(init: TemplateErrorInit) {
    const site = decodeText(init.site);
    const reason = decodeText(init.reason);
    super(`${site}: ${reason}${init.hint === undefined ? "" : ` (${init.hint})`}`);
    const lineStart = init.source.lastIndexOf("\n", init.at - 1) + 1;
    this.stage = init.stage;
    this.line = init.line ?? lineAt(init.source, init.at);
    this.column = init.at - lineStart;
    this.excerpt = excerptOf(init.source, lineStart, init.at);
    this.site = site;
    this.reason = reason;
    if (init.hint !== undefined) this.hint = init.hint;
  }
}

/** The line (from 1) of a byte offset. */
export function lineAt(source: string, at: number): number {
  let line = 1;
  for (let end = source.indexOf("\n"); end >= 0 && end < at; end = source.indexOf("\n", end + 1)) line++;
  return line;
}

const excerptLength = 80;

function excerptOf(source: string, lineStart: number, at: number): string {
  const lineEnd = source.indexOf("\n", at);
  const line = source.slice(lineStart, lineEnd < 0 ? source.length : lineEnd);
  const from = Math.max(0, Math.min(at - lineStart - 20, line.length - excerptLength));
  return decodeText(line.slice(from, from + excerptLength)).trim();
}
