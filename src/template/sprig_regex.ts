import { type Budget, CallError, define, type FunctionTable } from "./function.ts";
import type { GoType } from "./go_type.ts";
import { listWithRoom } from "./go_slice.ts";
import { compilePattern, type Pattern, quoteMeta } from "./go_regexp.ts";
import { canBackquote, quote } from "./quote.ts";
import { GoList, types, type Value } from "./value.ts";

/** A bad pattern fails either way; the plain functions panic in Go, and say so a little longer. */
type Variant = "plain" | "must";

function compiled(source: string, variant: Variant): Pattern {
  const result = compilePattern(source);
  if (result.kind === "pattern") return result.pattern;
  if (variant === "must") throw new CallError(result.message);
  const shown = canBackquote(source) ? `\`${source}\`` : quote(source);
  throw new CallError(`regexp: Compile(${shown}): ${result.message}`);
}

function findAll(pattern: Pattern, text: string, options: { limit: number; budget: Budget }): Value {
  const found: string[] = [];
  for (const match of pattern.matches(text, options)) {
    options.budget.bytes(16);
    found.push(text.slice(match.starts[0], match.ends[0]));
  }
  return found.length === 0
    ? new GoList([], types.stringList as GoType<GoList>, true)
    : listWithRoom(found, types.stringList, found.length <= 10 ? 10 : 20);
}

function find(variant: Variant) {
  return define({
    params: [types.string, types.string],
    call: ([source, text], { budget }) => {
      const match = compiled(source, variant).finder(text, budget)(0);
      return match === undefined ? "" : text.slice(match.starts[0], match.ends[0]);
    },
  });
}

function findEvery(variant: Variant) {
  return define({
    params: [types.string, types.string, types.int],
    call: ([source, text, limit], { budget }) =>
      findAll(compiled(source, variant), text, { limit: limit.toNumber(), budget }),
  });
}

function replaceAll(variant: Variant, isLiteral: boolean) {
  return define({
    params: [types.string, types.string, types.string],
    call: ([source, text, template], { budget }) => {
      const pattern = compiled(source, variant);
      const isPlain = isLiteral || !template.includes("$");
      return pattern.replace(text, {
        replacement: (match) => isPlain ? template : pattern.expand(template, match, text),
        budget,
      });
    },
  });
}

function split(variant: Variant) {
  return define({
    params: [types.string, types.string, types.int],
    call: ([source, text, limit], { budget }) => {
      const pattern = compiled(source, variant);
      if (limit.value === 0n) return new GoList([], types.stringList as GoType<GoList>, true);
      const parts = pattern.split(text, { limit: limit.toNumber(), budget });
      budget.bytes(16 * parts.length);
      return listWithRoom(parts, types.stringList, 2 * (parts.length - 1));
    },
  });
}

function isMatch(pattern: Pattern, text: string, budget: Budget): boolean {
  return pattern.finder(text, budget)(0) !== undefined;
}

export const regexFunctions: FunctionTable = {
  regexMatch: define({
    params: [types.string, types.string],
    call: ([source, text], { budget }) => {
      const result = compilePattern(source);
      return result.kind === "pattern" && isMatch(result.pattern, text, budget);
    },
  }),
  mustRegexMatch: define({
    params: [types.string, types.string],
    call: ([source, text], { budget }) => isMatch(compiled(source, "must"), text, budget),
  }),
  regexFind: find("plain"),
  mustRegexFind: find("must"),
  regexFindAll: findEvery("plain"),
  mustRegexFindAll: findEvery("must"),
  regexReplaceAll: replaceAll("plain", false),
  mustRegexReplaceAll: replaceAll("must", false),
  regexReplaceAllLiteral: replaceAll("plain", true),
  mustRegexReplaceAllLiteral: replaceAll("must", true),
  regexSplit: split("plain"),
  mustRegexSplit: split("must"),
  regexQuoteMeta: define({ params: [types.string], call: ([text]) => quoteMeta(text) }),
};
