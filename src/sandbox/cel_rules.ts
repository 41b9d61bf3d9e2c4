import { Environment, Optional } from "@marcbachmann/cel-js";
import { at, isObject, type JsonObject, listAt, objectAt, sameJson, textAt } from "./json.ts";
import { propertySchema } from "./structural_schema.ts";
import type { FieldCause } from "./status_error.ts";

export interface RuleCheck {
  readonly schema: JsonObject;
  readonly value: unknown;
  /** The same place of the stored object; undefined on create, and where list items can't be told apart. */
  readonly old: unknown;
  readonly path: string;
}

interface Place extends RuleCheck {
  readonly programs: Programs;
}

type Program = (context: JsonObject) => unknown;

/** Compiled expressions by text. A rule that does not compile throws cel-js' ParseError. */
export class Programs {
  readonly #plain = environment();
  /** Where `oldSelf` is an optional value (`optionalOldSelf: true`). */
  readonly #optional = environment().registerVariable("oldSelf", "optional<dyn>");
  readonly #compiled = new Map<string, Program>();

  compile(expression: string, oldSelf: "plain" | "optional" = "plain"): Program {
    const key = `${oldSelf} ${expression}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const program: Program = (oldSelf === "optional" ? this.#optional : this.#plain).parse(expression);
    this.#compiled.set(key, program);
    return program;
  }
}

function environment(): Environment {
  return new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  })
    .registerFunction(
      "string.replace(string, string): string",
      (text: string, from: string, to: string) => text.replaceAll(from, to),
    )
    .registerFunction(
      "string.charAt(int): string",
      (text: string, index: bigint) => text[Number(index)] ?? "",
    )
    .registerFunction("isURL(string): bool", (text: string) => URL.canParse(text))
    .registerFunction(
      "list.sum(): dyn",
      (list: readonly bigint[]) => list.reduce((sum, one) => sum + one, 0n),
    )
    .registerFunction(
      "list.min(): dyn",
      (list: readonly bigint[]) => list.reduce((low, one) => one < low ? one : low),
    )
    .registerFunction(
      "list.max(): dyn",
      (list: readonly bigint[]) => list.reduce((top, one) => one > top ? one : top),
    )
    .registerFunction(
      "list.isSorted(): bool",
      (list: readonly (bigint | string)[]) =>
        list.every((one, index) => index === 0 || (list[index - 1] ?? one) <= one),
    )
    .registerFunction(
      "list.indexOf(dyn): int",
      (list: readonly unknown[], one: unknown) => BigInt(list.indexOf(one)),
    )
    .registerFunction(
      "string.find(string): string",
      (text: string, pattern: string) => new RegExp(pattern, "u").exec(text)?.[0] ?? "",
    );
}

/** The failures of every `x-kubernetes-validations` of the schema, transition rules included. */
export function ruleCauses(programs: Programs, check: RuleCheck): readonly FieldCause[] {
  return causesAt({ ...check, programs });
}

function causesAt(place: Place): readonly FieldCause[] {
  const { schema, value, old, path } = place;
  if (value === null || value === undefined) return [];
  const causes = listAt(schema, "x-kubernetes-validations").flatMap((rule) => ruleCause(place, rule));
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    value.forEach((item, index) => {
      const before = oldItem(schema, item, Array.isArray(old) ? old : []);
      causes.push(
        ...causesAt({ ...place, schema: items, value: item, old: before, path: `${path}[${index}]` }),
      );
    });
  } else if (isObject(value)) {
    for (const [key, field] of Object.entries(value)) {
      const known = propertySchema(schema, key);
      if (known === undefined) continue;
      const child = path === "" ? key : `${path}.${key}`;
      causes.push(...causesAt({ ...place, schema: known, value: field, old: at(old, key), path: child }));
    }
  }
  return causes;
}

/** Items of a map list correspond by their keys; those of other lists do not. */
function oldItem(schema: JsonObject, item: unknown, old: readonly unknown[]): unknown {
  if (schema["x-kubernetes-list-type"] !== "map") return undefined;
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String);
  return old.find((before) => keys.every((key) => sameJson(at(before, key), at(item, key))));
}

function ruleCause(place: Place, rule: unknown): readonly FieldCause[] {
  const { schema, value, old, path, programs } = place;
  const expression = textAt(rule, "rule");
  const usesOld = /\boldSelf\b/.test(expression);
  const optionalOld = at(rule, "optionalOldSelf") === true;
  if (usesOld && old === undefined && !optionalOld) return [];
  const kind = optionalOld ? "optional" : "plain";
  const context: JsonObject = { self: celValue(schema, value) };
  if (usesOld) {
    const before = celValue(schema, old);
    context.oldSelf = !optionalOld ? before : old === undefined ? Optional.none() : Optional.of(before);
  }
  const reason = textAt(rule, "reason");
  const field = `${path}${textAt(rule, "fieldPath")}`;
  try {
    if (programs.compile(expression, kind)(context) === true) return [];
    return [failedRule({ field, reason, schema, message: messageOf(place, rule, context) })];
  } catch (error) {
    const said = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return [failedRule({ field, reason, schema, message: `${expression} evaluation error: ${said}` })];
  }
}

function messageOf(place: Place, rule: unknown, context: JsonObject): string {
  const expression = textAt(rule, "messageExpression");
  if (expression !== "") {
    const said = expressedMessage(place, { expression, rule, context });
    if (said !== undefined) return said;
  }
  return textAt(rule, "message") || `failed rule: ${textAt(rule, "rule")}`;
}

/** What a message expression says; undefined where it fails or says nothing, so that the plain message stands. */
function expressedMessage(
  place: Place,
  from: { expression: string; rule: unknown; context: JsonObject },
): string | undefined {
  const kind = at(from.rule, "optionalOldSelf") === true ? "optional" : "plain";
  try {
    const said = place.programs.compile(from.expression, kind)(from.context);
    return typeof said === "string" && said.trim() !== "" ? said : undefined;
  } catch {
    return undefined;
  }
}

function failedRule(
  failed: { field: string; reason: string; schema: JsonObject; message: string },
): FieldCause {
  const { field, message } = failed;
  switch (failed.reason) {
    case "FieldValueForbidden":
      return { reason: "FieldValueForbidden", field, message: `Forbidden: ${message}` };
    case "FieldValueRequired":
      return { reason: "FieldValueRequired", field, message: `Required value: ${message}` };
    case "FieldValueDuplicate":
      return {
        reason: "FieldValueDuplicate",
        field,
        message: `Duplicate value: ${JSON.stringify(failed.schema.type)}`,
      };
    default:
      return {
        reason: "FieldValueInvalid",
        field,
        message: `Invalid value: ${JSON.stringify(failed.schema.type ?? "object")}: ${message}`,
      };
  }
}

const reserved = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while"
    .split(" "),
);

/** A property's name in CEL, escaped as Kubernetes escapes it. */
export function celName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name.replaceAll("__", "__underscores__").replaceAll(".", "__dot__").replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}

/** JSON as CEL sees it: integers are `int` by the schema's type, unnamed keys stay as they are. */
function celValue(schema: JsonObject, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => celValue(objectAt(schema, "items"), item));
  if (typeof value === "number") {
    const whole = schema.type === "integer" || (schema.type !== "number" && Number.isInteger(value));
    return whole ? BigInt(Math.trunc(value)) : value;
  }
  if (!isObject(value)) return value;
  const named = objectAt(schema, "properties");
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const name = Object.hasOwn(named, key) ? celName(key) : key;
      return [name, celValue(propertySchema(schema, key) ?? {}, field)];
    }),
  );
}
