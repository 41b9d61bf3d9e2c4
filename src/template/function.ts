/**
 * How template functions are declared.
 *
 * A function states its parameter types; the evaluator counts and converts the arguments as Go's reflection does
 * (`wrong number of args for trunc: want 2 got 1`, `wrong type for value; expected string; got int`, nil into a
 * string), so `call` sees only values of the declared types. nil for a slice or map parameter arrives as the nil
 * slice or map of that type, nil for `types.any` as null.
 *
 * A function fails by throwing `CallError`, whether Go returns an error or panics there.
 */
import type { GoType } from "./go_type.ts";
import type { KeyKind } from "./private_key.ts";
import type { Value } from "./value.ts";

/**
 * What a result depends on besides the arguments. clock: the time of the render. random: bytes of the random source,
 * which may be a derived stream, so that the result is the same every time. key: a private key that is generated, so
 * that no two results are the same whatever the random source gives.
 */
export type Impurity = "clock" | "random" | "key";

/** A function as the evaluator sees it. Make one with `define`. */
export interface GoFunction {
  readonly params: readonly GoType[];
  /** Element type of a trailing variadic parameter (`...T`). */
  readonly rest: GoType | undefined;
  /** What two calls with the same arguments may differ by; undefined where they never do. */
  readonly impure: Impurity | undefined;
  /** Whether the result is always one of the arguments, untouched: default, ternary, coalesce. */
  readonly selects: boolean;
  /** How many results Go's function has apart from an error; a template can call only those with one. */
  readonly results: number;
  /** For the functions that type a field (int, float, bool): what a field made of this call alone becomes. */
  readonly typed: ((argument: Value) => FieldValue) | undefined;
  readonly call: (args: readonly Value[], context: CallContext) => Value;
}

/** A field that is no text: a JSON value (integers beyond 2^53 as bigint), or why there is none. */
export type FieldValue =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "problem"; readonly reason: string };

/** JSON data; a bigint is an integer that a number cannot hold exactly. */
export type JsonValue = null | string | number | bigint | boolean | JsonValue[] | {
  [key: string]: JsonValue;
};

/** Functions by the name that templates use. */
export type FunctionTable = Readonly<Record<string, GoFunction>>;

/** What a function may use of the world and of the render's budget. */
export interface CallContext {
  /** Nanoseconds since the Unix epoch. */
  readonly now: () => bigint;
  /** Fills and returns a new array of `length` random bytes, fit for keys. */
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** A new private key as PEM. What it throws fails the render. */
  readonly privateKey: (kind: KeyKind) => string;
  /** IANA name of the zone that Go calls Local. */
  readonly zone: string;
  readonly budget: Budget;
}

/**
 * What a render may still spend. Both methods throw when it is used up; the render then fails with a TemplateError.
 * The evaluator charges for calls and results itself. A function charges before it builds something that can be much
 * larger than its arguments (repeat, until, indent, replace, toJson, a product of lists) or loops long.
 */
export interface Budget {
  /** Charges `count` elementary steps, about one per list item or per hundred bytes looked at. */
  steps(count: number): void;
  /** Charges `count` bytes (or 16 for each list item) about to be allocated. */
  bytes(count: number): void;
}

/** A function's failure: `error calling NAME: message`. The message is bytes, as all strings of templates are. */
export class CallError extends Error {
  override readonly name = "CallError";
}

/** The representation of a type's values. */
type ValueOf<T> = T extends GoType<infer V> ? V : never;
type ValuesOf<P extends readonly GoType[]> = { readonly [K in keyof P]: ValueOf<P[K]> };
type RestOf<R> = [R] extends [GoType] ? readonly ValueOf<R>[] : readonly [];

export interface Definition<P extends readonly GoType[], R extends GoType | undefined> {
  readonly params: P;
  readonly rest?: R;
  readonly impure?: Impurity;
  readonly selects?: boolean;
  readonly results?: number;
  readonly typed?: (argument: Value) => FieldValue;
  readonly call: (args: readonly [...ValuesOf<P>, ...RestOf<R>], context: CallContext) => Value;
}

/**
 * Declares a function: `define({ params: [types.int, types.string], call: ([n, s]) => ... })`, variadic with
 * `rest: types.any` (the extra arguments follow the fixed ones in the same array).
 */
export function define<const P extends readonly GoType[], R extends GoType | undefined = undefined>(
  definition: Definition<P, R>,
): GoFunction {
  const call = definition.call as unknown as GoFunction["call"];
  return {
    params: definition.params,
    rest: definition.rest,
    impure: definition.impure,
    selects: definition.selects ?? false,
    results: definition.results ?? 1,
    typed: definition.typed,
    call,
  };
}
