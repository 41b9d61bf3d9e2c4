import { asMap } from "./apply_typed.ts";
import type { ListSchema, ScalarType, StructSchema, TypeSchema } from "./field_management.ts";
import { canonicalQuantity } from "./schema_quantity.ts";

/** A value that cannot be read into its type, in the words of the server's JSON decoder. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

export interface DecodedValue {
  readonly value: unknown;
  /** `spec.template.spec.containers[0].imge`. */
  readonly unknownFields: readonly string[];
}

/**
 * Reads JSON as the server does: unknown fields, nulls and left-out zeros are dropped, fields that the server writes
 * always are there, quantities are canonical. The result is what a GET of the object would show.
 *
 * @throws DecodeError where a value is not of its type.
 */
export function decodeValue(type: TypeSchema, value: unknown): DecodedValue {
  const unknownFields: string[] = [];
  const decoded = read(type, value, { path: "", goPath: [], struct: "", unknownFields });
  return { value: decoded, unknownFields };
}

interface Reading {
  /** For unknown fields, with indices. */
  readonly path: string;
  /** For Go's type errors, without indices. */
  readonly goPath: readonly string[];
  readonly struct: string;
  readonly unknownFields: string[];
}

function read(type: TypeSchema, value: unknown, at: Reading): unknown {
  switch (type.kind) {
    case "untyped":
      return value;
    case "scalar":
      return readScalar(type, value, at);
    case "list":
      return readList(type, value, at);
    case "map":
      return type.name === "" || type.fields.size === 0
        ? readMap(type, value, at)
        : readStruct(type, value, at);
  }
}

function readStruct(type: StructSchema, value: unknown, at: Reading): unknown {
  const map = asMap(value) ?? refuse(value, type, at);
  const out: Record<string, unknown> = {};
  const struct = type.name.slice(type.name.lastIndexOf(".") + 1);
  for (const [name, inner] of Object.entries(map)) {
    const path = at.path === "" ? name : `${at.path}.${name}`;
    const innerType = type.fields.get(name);
    if (innerType === undefined) {
      if (type.values === undefined) at.unknownFields.push(path);
      else out[name] = inner;
      continue;
    }
    if (inner === null) continue;
    const decoded = read(innerType, inner, { ...at, path, goPath: [...at.goPath, name], struct });
    if (!isLeftOut(type, name, decoded)) out[name] = decoded;
  }
  for (const [name, zero] of type.always) if (!(name in out)) out[name] = zeroOf(type, name, zero);
  return out;
}

function isLeftOut(type: StructSchema, name: string, value: unknown): boolean {
  if (type.always.has(name)) return false;
  if (Array.isArray(value)) return value.length === 0;
  if (value === "" || value === 0 || value === false) return type.dropZero.has(name);
  const fieldType = type.fields.get(name);
  return fieldType?.kind === "map" && fieldType.name === "" && Object.keys(asMap(value) ?? {}).length === 0;
}

/** What a field is that the server writes always and nobody set. */
function zeroOf(type: StructSchema, name: string, zero: string): unknown {
  switch (zero) {
    case "object": {
      const inner = type.fields.get(name);
      return inner === undefined ? {} : decodeValue(inner, {}).value;
    }
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "quantity":
      return "0";
    default:
      return null;
  }
}

function readMap(type: StructSchema, value: unknown, at: Reading): unknown {
  const map = asMap(value) ?? refuse(value, type, at);
  const values = type.values;
  if (values === undefined || values.kind === "untyped") return map;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(map)) {
    const path = at.path === "" ? name : `${at.path}.${name}`;
    if (inner === null) out[name] = values.kind === "scalar" && values.scalar === "string" ? "" : null;
    else out[name] = read(values, inner, { ...at, path });
  }
  return out;
}

function readList(type: ListSchema, value: unknown, at: Reading): unknown {
  if (!Array.isArray(value)) return refuse(value, type, at);
  return value.map((item, index) =>
    item === null ? null : read(type.items, item, {
      ...at,
      path: `${at.path}[${index}]`,
    })
  );
}

const PLAIN: Readonly<Partial<Record<ScalarType, string>>> = {
  string: "string",
  bytes: "string",
  boolean: "boolean",
  number: "number",
  integer: "number",
};

function readScalar(type: TypeSchema & { kind: "scalar" }, value: unknown, at: Reading): unknown {
  const wanted = PLAIN[type.scalar];
  if (wanted !== undefined && typeof value !== wanted) return refuse(value, type, at);
  if (type.scalar === "integer" && !Number.isInteger(value)) return refuse(value, type, at);
  if (typeof value === "object") return refuse(value, type, at);
  if (type.scalar === "bytes") checkBase64(String(value));
  if (type.scalar !== "quantity") return value;
  const quantity = canonicalQuantity(String(value));
  if (quantity !== undefined) return quantity;
  throw new DecodeError(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

/** The text itself stays out of the message: it may be a secret that somebody forgot to encode. */
function checkBase64(text: string): void {
  const bare = text.replace(/[\r\n]/g, "");
  if (bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)) return;
  const wrong = text.search(/[^A-Za-z0-9+/\r\n]/);
  throw new DecodeError(`illegal base64 data at input byte ${wrong < 0 ? text.length : wrong}`);
}

function refuse(value: unknown, type: TypeSchema, at: Reading): never {
  const where = at.struct === "" ? "Go value" : `Go struct field ${at.struct}.${at.goPath.join(".")}`;
  throw new DecodeError(
    `json: cannot unmarshal ${jsonName(value, type)} into ${where} of type ${goType(type)}`,
  );
}

function jsonName(value: unknown, type: TypeSchema): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number") return typeof value;
  return type.kind === "scalar" && type.scalar === "integer" ? `number ${value}` : "number";
}

function goType(type: TypeSchema): string {
  switch (type.kind) {
    case "untyped":
      return "runtime.RawExtension";
    case "list":
      return `[]${goType(type.items)}`;
    case "map":
      if (type.name !== "") return type.name.split(".").slice(-2).join(".");
      return `map[string]${type.values === undefined ? "string" : goType(type.values)}`;
    case "scalar":
      return goScalar(type);
  }
}

function goScalar(type: TypeSchema & { kind: "scalar" }): string {
  switch (type.scalar) {
    case "boolean":
      return "bool";
    case "integer":
      return type.format ?? "int64";
    case "number":
      return type.format === "double" ? "float64" : "float32";
    case "bytes":
      return "[]uint8";
    default:
      return "string";
  }
}
