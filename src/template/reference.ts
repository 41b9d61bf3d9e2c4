/**
 * Every function that templates can call, with an example of each that a test executes.
 *
 * The notation, two lines a function under the heading of its family:
 *
 *     # lists
 *     first, mustFirst LIST: The first item; nil for an empty list.
 *       {{ first (list 1 2 3) }} => 1
 *
 * Names that mean the same share their lines; a result that varies is told as a pattern after `=~`. In a result
 * `\n` is a newline and `\\` a backslash.
 */
import type { Impurity } from "./function.ts";
import { functions } from "./functions.ts";
import { basics } from "./reference_basics.ts";
import { specials } from "./reference_specials.ts";

export interface FunctionReference {
  readonly name: string;
  readonly family: string;
  /** The name with its parameters, such as `trunc N TEXT`; `...` marks what may be repeated. */
  readonly signature: string;
  /** One sentence. */
  readonly description: string;
  /** A whole template of one line. */
  readonly example: string;
  /** What the example gives: a text, or a regular expression that the text matches. */
  readonly output: { readonly kind: "text" | "pattern"; readonly value: string };
  /** When the result is another one; absent where only the arguments decide. */
  readonly lasting?: string;
}

/** What of the operator's rendering follows from what a function depends on. */
const LASTING: Readonly<Record<Impurity, string>> = {
  random:
    "Stays: it is derived from a seed that each node has in a Secret, over the resource's id and the field.",
  clock:
    "Gives the time of the first rendering: it stays until the form entry or a variable that it reads changes.",
  key:
    "Stays: a key or certificate that the object has is kept, and a new one is made only where there is none.",
};

const heading = /^(\w+(?:, \w+)*)((?: [^:]+)?): (.+)$/;
const exampleLine = /^ {2}(.+?) =([>~]) (.*)$/;

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => char === "n" ? "\n" : char);
}

function read(text: string): FunctionReference[] {
  const entries: FunctionReference[] = [];
  let family = "";
  let head: RegExpExecArray | null = null;
  for (const line of text.trim().split("\n")) {
    if (line.startsWith("# ")) {
      family = line.slice(2);
      continue;
    }
    const shown = exampleLine.exec(line);
    if (shown === null) {
      head = heading.exec(line);
      continue;
    }
    const [, names = "", parameters = "", description = ""] = head ?? [];
    const [, template = "", mark, result = ""] = shown;
    const [first = "", ...others] = names.split(", ");
    const output = mark === "~"
      ? { kind: "pattern" as const, value: result }
      : { kind: "text" as const, value: unescape(result) };
    for (const name of [first, ...others]) {
      const example = template.replace(new RegExp(`\\b${first}\\b`), name);
      const impure = functions[name]?.impure;
      const lasting = impure === undefined ? {} : { lasting: LASTING[impure] };
      entries.push({ name, family, signature: name + parameters, description, example, output, ...lasting });
    }
  }
  return entries;
}

/** All functions, family by family. */
export const reference: readonly FunctionReference[] = [...read(basics), ...read(specials)];
