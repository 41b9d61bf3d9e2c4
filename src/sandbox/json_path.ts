import { isObject } from "./json.ts";

type Step =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | {
    readonly kind: "filter";
    readonly path: readonly Step[];
    readonly operator: string;
    readonly value: unknown;
  };

const stepPattern =
  /\.([A-Za-z0-9_$-]+|\*)|\[\s*(-?\d+)\s*\]|\[\s*(\*)\s*\]|\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\[\?\(\s*@((?:\.[A-Za-z0-9_$-]+|\[[^\]]*\])*)\s*(==|!=|<=|>=|<|>)?\s*([^)]*?)\s*\)\]/y;

/** The steps of a JSONPath as printer columns use it; undefined where it is none. Escaped dots are part of a key. */
export function parseJsonPath(text: string): readonly Step[] | undefined {
  const trimmed = text.trim().replace(/^\{(.*)\}$/, "$1").replace(/^\$/, "");
  const source = trimmed.replaceAll("\\.", "\u0000");
  const steps: Step[] = [];
  const pattern = new RegExp(stepPattern);
  pattern.lastIndex = 0;
  while (pattern.lastIndex < source.length) {
    const found = pattern.exec(source);
    if (found === null) return undefined;
    const step = stepOf(found);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

function stepOf(found: RegExpExecArray): Step | undefined {
  const [, name, index, all, single, double, filterPath, operator, value] = found;
  if (name === "*" || all !== undefined) return { kind: "all" };
  const key = name ?? single ?? double;
  if (key !== undefined) return { kind: "key", key: key.replaceAll("\u0000", ".") };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  const path = parseJsonPath(filterPath ?? "");
  if (path === undefined) return undefined;
  return { kind: "filter", path, operator: operator ?? "", value: literal(value ?? "") };
}

function literal(text: string): unknown {
  const quoted = /^(?:'(.*)'|"(.*)")$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === "true" ? true : text === "false" ? false : text;
}

/** Every value that the path finds, in order. */
export function jsonPathValues(steps: readonly Step[], value: unknown): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((found, step) => found.flatMap((one) => follow(step, one)), [
    value,
  ]);
}

function follow(step: Step, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case "key":
      return isObject(value) && value[step.key] !== undefined ? [value[step.key]] : [];
    case "index": {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case "all":
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    case "filter":
      return (Array.isArray(value) ? value : []).filter((item) => {
        const [found] = jsonPathValues(step.path, item);
        return compare(found, step.operator, step.value);
      });
  }
}

function compare(found: unknown, operator: string, wanted: unknown): boolean {
  if (operator === "") return found !== undefined;
  if (found === undefined) return false;
  if (operator === "==") return found === wanted;
  if (operator === "!=") return found !== wanted;
  if (typeof found !== "number" || typeof wanted !== "number") return false;
  if (operator === "<") return found < wanted;
  if (operator === ">") return found > wanted;
  return operator === "<=" ? found <= wanted : found >= wanted;
}
