import { type ASTNode, Environment, EvaluationError, ParseError, serialize } from "@marcbachmann/cel-js";
import { RE2JS, RE2JSSyntaxException } from "re2js";

/** What a `readyWhen` says of an object. `message` never quotes a value of it. */
export type ReadyAnswer =
  | { readonly kind: "yes" }
  | { readonly kind: "no"; readonly message: string }
  /** It can't be answered, whatever becomes of the object. */
  | { readonly kind: "invalid"; readonly message: string };

/** A compiled `readyWhen`: a CEL expression over `object`. Answers in bounded time and never throws. */
export type ReadyWhen = (object: object) => ReadyAnswer;

const MAX_CHARACTERS = 4096;
const MAX_NODES = 500;
const MAX_DEPTH = 32;
/** Steps that one evaluation may take, as `costOf` estimates them. */
const MAX_STEPS = 5_000_000;

const EXAMPLE =
  "an expression over `object` that gives true or false, such as object.status.phase == 'Running'";

/** What is wrong with the text of a `readyWhen`, for its author; undefined for one that can be evaluated. */
export function checkReadyWhen(text: string): string | undefined {
  const parsed = parseRule(text);
  return parsed.kind === "rule" ? undefined : parsed.message;
}

/** Compiles once, for many objects. Of a text that `checkReadyWhen` refuses, every answer is "invalid". */
export function compileReadyWhen(text: string): ReadyWhen {
  const parsed = parseRule(text);
  if (parsed.kind === "refused") {
    const answer: ReadyAnswer = { kind: "invalid", message: `readyWhen ${parsed.message}` };
    return () => answer;
  }
  return (object) => evaluate(parsed, object);
}

interface Rule {
  readonly kind: "rule";
  readonly text: string;
  readonly run: (context: Record<string, unknown>) => unknown;
  readonly shape: Shape;
}

function parseRule(text: string): Rule | { readonly kind: "refused"; readonly message: string } {
  const refused = (why: string) => ({ kind: "refused" as const, message: `${why}; give ${EXAMPLE}` });
  if (text.trim() === "") return refused("is empty");
  if (text.includes("{{")) return refused("is no template, so that {{ }} has no meaning in it");
  if (text.length > MAX_CHARACTERS) return refused(`has more than ${MAX_CHARACTERS} characters`);
  const env = environment();
  try {
    const { ast } = env.parse(text);
    const shape = shapeOf(ast);
    const run = env.parse(shape.matches ? serialize(onRe2(ast)) : text);
    const checked = run.check();
    if (!checked.valid) return refused(`is no valid CEL: ${checked.error?.summary ?? "it has a type error"}`);
    if (checked.type !== "bool" && checked.type !== "dyn") {
      return refused(`gives ${checked.type ?? "something"}, not true or false`);
    }
    return { kind: "rule", text, run, shape };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return refused(`is no valid CEL: ${error.summary}`);
  }
}

function environment(): Environment {
  return new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: MAX_NODES, maxDepth: MAX_DEPTH },
  })
    .registerVariable("object", "dyn")
    .registerFunction(`string.${RE2_MATCHES}(string): bool`, matchesRe2);
}

const RE2_MATCHES = "matchesInLinearTime";

function matchesRe2(text: string, pattern: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new EvaluationError({ code: "invalid_regular_expression", message: "no valid RE2 expression" });
  }
}

/** The expression with its `matches` on RE2, whose time is bounded, as CEL has it. */
function onRe2(node: ASTNode): ASTNode {
  const { op, args } = node;
  const renamed = op === "rcall" && args[0] === "matches" ? [RE2_MATCHES, ...args.slice(1)] : args;
  return { op, args: mapArgs(renamed) } as ASTNode;
}

function mapArgs(args: unknown): unknown {
  if (Array.isArray(args)) return args.map(mapArgs);
  return isNode(args) ? onRe2(args) : args;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** What the cost of an expression depends on. */
interface Shape {
  readonly nodes: number;
  /** How deep its loops over lists are nested; what makes a list or a text of others counts as a loop. */
  readonly loops: number;
  /** It makes lists of texts. */
  readonly splits: boolean;
  readonly matches: boolean;
}

const LOOPS: ReadonlySet<string> = new Set([
  "all",
  "exists",
  "exists_one",
  "map",
  "filter",
  "join",
  "split",
  "json",
]);
const SPLITS: ReadonlySet<string> = new Set(["split", "json"]);

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return value.map(shapeOf).reduce(together, EMPTY);
  if (!isNode(value)) return EMPTY;
  const inner = shapeOf(value.args);
  const called = value.op === "rcall" ? value.args[0] : "";
  return {
    nodes: inner.nodes + 1,
    loops: inner.loops + (LOOPS.has(called) || value.op === "+" ? 1 : 0),
    splits: inner.splits || SPLITS.has(called),
    matches: inner.matches || called === "matches",
  };
}

const EMPTY: Shape = { nodes: 0, loops: 0, splits: false, matches: false };

function together(a: Shape, b: Shape): Shape {
  return {
    nodes: a.nodes + b.nodes,
    loops: Math.max(a.loops, b.loops),
    splits: a.splits || b.splits,
    matches: a.matches || b.matches,
  };
}

function evaluate(rule: Rule, object: object): ReadyAnswer {
  const { value, longest } = toCel(object, rule.shape.splits);
  if (rule.shape.nodes * longest ** rule.shape.loops > MAX_STEPS) {
    return {
      kind: "invalid",
      message: `readyWhen takes too many steps: its loops are nested ${rule.shape.loops} deep, and a list ` +
        `of the object has ${longest} entries; nest fewer`,
    };
  }
  try {
    const result = rule.run({ object: value });
    if (result === true) return { kind: "yes" };
    if (result === false) return { kind: "no", message: `readyWhen is false: ${oneLine(rule.text)}` };
    return {
      kind: "invalid",
      message: `readyWhen gave ${typeName(result)}, not true or false; give ${EXAMPLE}`,
    };
  } catch (error) {
    return { kind: "no", message: `readyWhen can't be told yet: ${reasonOf(error, object)}` };
  }
}

/** An error may quote what it was given, which of a Secret nobody may read elsewhere. */
function reasonOf(error: unknown, object: object): string {
  if (!(error instanceof EvaluationError)) return error instanceof Error ? error.name : "it fails";
  const secret = (object as { kind?: unknown }).kind === "Secret";
  return secret ? error.code.replaceAll("_", " ") : error.summary;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "bigint":
    case "number":
      return "a number";
    default:
      return "an object";
  }
}

/** JSON as CEL sees it, whole numbers as `int`; managedFields are left out. `longest`: entries of its longest list. */
function toCel(object: object, countTexts: boolean): { readonly value: unknown; readonly longest: number } {
  let longest = 1;
  const convert = (value: unknown): unknown => {
    if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (typeof value === "string") {
      if (countTexts) longest = Math.max(longest, value.length);
      return value;
    }
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      longest = Math.max(longest, value.length);
      return value.map(convert);
    }
    const entries = Object.entries(value);
    longest = Math.max(longest, entries.length);
    return Object.fromEntries(
      entries.flatMap(([key, inner]) => key === "managedFields" ? [] : [[key, convert(inner)]]),
    );
  };
  return { value: convert(object), longest };
}
