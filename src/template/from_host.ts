import { grownList } from "./go_slice.ts";
import { encodeText } from "./bytes.ts";
import { GoInt, GoMap, types, type Value } from "./value.ts";

/** Data that templates cannot hold, such as a function or an object that contains itself. */
export class DataError extends Error {
  override readonly name = "DataError";
}

const deepest = 200;

/**
 * The root of a template's data, as Go's encoding/json would have made it: numbers are float64, arrays
 * `[]interface {}`, objects `map[string]interface {}`; a bigint is an int64. Only own enumerable keys are read.
 */
export function fromHostRecord(data: Readonly<Record<string, unknown>>): GoMap {
  return recordOf(data, 0);
}

/** A root field by its name, and that name as bytes. */
export interface RootField {
  readonly name: string;
  readonly bytes: string;
}

/**
 * The root with these fields alone, for a template that reads no other. With one of them missing it is the whole root,
 * so that the error can suggest what is there.
 */
export function fromHostFields(data: Readonly<Record<string, unknown>>, fields: readonly RootField[]): GoMap {
  const entries = new Map<string, Value>();
  for (const { name, bytes } of fields) {
    if (!Object.prototype.propertyIsEnumerable.call(data, name)) return fromHostRecord(data);
    entries.set(bytes, fromHost(data[name], 1));
  }
  return new GoMap(entries);
}

function recordOf(data: object, depth: number): GoMap {
  if (depth > deepest) throw new DataError("the data is nested too deeply");
  const entries = new Map<string, Value>();
  for (const [key, value] of Object.entries(data)) entries.set(encodeText(key), fromHost(value, depth + 1));
  return new GoMap(entries);
}

function fromHost(value: unknown, depth: number): Value {
  switch (typeof value) {
    case "string":
      return encodeText(value);
    case "number":
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "bigint":
      return new GoInt(value, types.int64);
    case "object":
      return value === null ? null : container(value, depth);
    default:
      throw new DataError(`the data holds a ${typeof value}`);
  }
}

function container(value: object, depth: number): Value {
  if (depth > deepest) throw new DataError("the data is nested too deeply");
  return Array.isArray(value)
    ? grownList(value.map((item) => fromHost(item, depth + 1)))
    : recordOf(value, depth);
}
