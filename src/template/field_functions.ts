import { type CallContext, CallError, define, type FunctionTable } from "./function.ts";
import { booleanField, floatField, integerField, meansTrue, structureField } from "./field_value.ts";
import { hostnameOf, parseUrl } from "./go_url.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { toFloat64, toInt64 } from "./sprig_convert.ts";
import { GoInt, GoMap, types, type Value } from "./value.ts";

/** Bytes that a DNS label can have. */
const labelLength = 63;

function fromJson(text: string, { budget }: CallContext): Value {
  budget.steps(text.length / 16);
  try {
    return decodeJson(text);
  } catch (error) {
    if (error instanceof CallError) return new GoMap();
    throw error;
  }
}

/** The host name of a URL, or a text up to its first colon when it is none with a host. Bytes in, bytes out. */
export function toHost(text: string): string {
  const parsed = parseUrl(text);
  if (parsed.kind === "url" && parsed.url.host !== "") return hostnameOf(parsed.url);
  return text.split(":", 1)[0] ?? "";
}

/**
 * The functions that this project adds to Sprig's or puts in their place. `int`, `float`, `bool` and `asValue` type
 * the field that they alone print; anywhere else they give a plain value.
 */
export const fieldFunctions: FunctionTable = {
  int: define({
    params: [types.any],
    typed: integerField,
    call: ([value]) => new GoInt(toInt64(value)),
  }),
  float: define({ params: [types.any], typed: floatField, call: ([value]) => toFloat64(value) }),
  bool: define({ params: [types.any], typed: booleanField, call: ([value]) => meansTrue(value) }),
  asValue: define({
    params: [types.any],
    typed: structureField,
    call: ([value], { budget }) => encodeJson(value, { escapeHtml: false, budget }),
  }),
  toHost: define({ params: [types.string], call: ([text]) => toHost(text) }),
  trunc63: define({ params: [types.string], call: ([text]) => text.slice(0, labelLength) }),
  fromJson: define({ params: [types.string], call: ([text], context) => fromJson(text, context) }),
};
