import messages from "./protobuf/messages.json" with { type: "json" };
import type { JsonObject } from "./json.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { timeText } from "./cluster.ts";
import { badRequest, failure } from "./status_error.ts";

/**
 * Kubernetes' protobuf bodies as JSON: `kubectl create configmap` and other typed clients send them.
 *
 * `protobuf/messages.json` holds the messages of the served kinds as the generated.proto files of k8s.io/api 0.34 have
 * them: `number name type` of each field. `[]` is repeated, `{}` a map of strings, `?` a pointer (its zero is a value),
 * `*` an embedded struct. CustomResourceDefinitions are taken as JSON only.
 */
export function protobufBody(bytes: Uint8Array): JsonObject {
  const magic = [0x6b, 0x38, 0x73, 0x00];
  if (!magic.every((byte, index) => bytes[index] === byte)) {
    throw badRequest("the body is no Kubernetes protobuf: it must start with k8s\\0");
  }
  const unknown = fieldsOf(bytes.subarray(4));
  const typeMeta = fieldsOf(bytesOf(unknown.find(([number]) => number === 1)?.[1]));
  const apiVersion = textOf(typeMeta.find(([number]) => number === 1)?.[1]);
  const kind = textOf(typeMeta.find(([number]) => number === 2)?.[1]);
  const name = messageName(apiVersion, kind);
  if (known[name] === undefined) {
    throw failure(415, "UnsupportedMediaType", {
      message: `protobuf bodies of ${apiVersion} ${kind} are not understood: send application/json`,
      details: {},
    });
  }
  return { apiVersion, kind, ...decodeMessage(name, bytesOf(unknown.find(([number]) => number === 2)?.[1])) };
}

const known: Readonly<Record<string, string>> = messages;

function messageName(apiVersion: string, kind: string): string {
  if (kind === "DeleteOptions") return "machinery.apis.meta.v1.DeleteOptions";
  const { group, version } = parseApiVersion(apiVersion);
  if (group === "") return `core.${version}.${kind}`;
  return `${group.split(".")[0]}.${version}.${kind}`;
}

type Wire = number | bigint | Uint8Array;

/** The fields of a message, by number, in order. */
function fieldsOf(bytes: Uint8Array): readonly (readonly [number, Wire])[] {
  const fields: (readonly [number, Wire])[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw badRequest("the protobuf body ends in the middle of a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push([number, BigInt.asIntN(64, varint())]);
        break;
      case 1:
        fields.push([number, view.getFloat64(at, true)]);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > bytes.length) throw badRequest("the protobuf body ends in the middle of a field");
        fields.push([number, bytes.subarray(at, at + length)]);
        at += length;
        break;
      }
      default:
        throw badRequest(`the protobuf body has a field of wire type ${tag & 7}`);
    }
  }
  return fields;
}

function bytesOf(wire: Wire | undefined): Uint8Array {
  return wire instanceof Uint8Array ? wire : new Uint8Array();
}

function textOf(wire: Wire | undefined): string {
  return new TextDecoder().decode(bytesOf(wire));
}

function decodeMessage(name: string, bytes: Uint8Array): JsonObject {
  const fields = (known[name] ?? "").split(", ").map((field) => field.split(" "));
  const out: JsonObject = {};
  for (const [number, wire] of fieldsOf(bytes)) {
    const [, fieldName, type] = fields.find(([spelled]) => spelled === String(number)) ?? [];
    if (fieldName !== undefined && type !== undefined) setField(out, { name: fieldName, type, wire });
  }
  return out;
}

function setField(out: JsonObject, field: { name: string; type: string; wire: Wire }): void {
  const { name, type, wire } = field;
  if (name === "*") Object.assign(out, decodeValue(type, wire));
  else if (type.startsWith("[]")) {
    const before = out[name];
    out[name] = [...(Array.isArray(before) ? before : []), decodeValue(type.slice(2), wire)];
  } else if (type.startsWith("{}")) {
    const entry = fieldsOf(bytesOf(wire));
    const value = entry.find(([number]) => number === 2)?.[1];
    const before = out[name];
    out[name] = {
      ...(typeof before === "object" ? before : {}),
      [textOf(entry.find(([number]) => number === 1)?.[1])]: decodeValue(
        `${type.slice(2)}`,
        value ?? new Uint8Array(),
      ),
    };
  } else {
    const value = decodeValue(type, wire);
    const zero = value === "" || value === 0 || value === false;
    if (value !== undefined && (!zero || type.endsWith("?"))) out[name] = value;
  }
}

const special: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "machinery.apis.meta.v1.Time": (bytes) => timeOf(bytes),
  "machinery.apis.meta.v1.MicroTime": (bytes) => timeOf(bytes),
  "machinery.api.resource.Quantity": (bytes) => textOf(fieldsOf(bytes)[0]?.[1]),
  "machinery.apis.meta.v1.FieldsV1": rawJson,
  "machinery.runtime.RawExtension": rawJson,
  "machinery.util.intstr.IntOrString": (bytes) => {
    const fields = new Map(fieldsOf(bytes));
    return Number(fields.get(1) ?? 0) === 1 ? textOf(fields.get(3)) : Number(fields.get(2) ?? 0);
  },
};

function timeOf(bytes: Uint8Array): string | undefined {
  const seconds = fieldsOf(bytes).find(([number]) => number === 1)?.[1];
  return seconds === undefined ? undefined : timeText(new Date(Number(seconds) * 1000));
}

function rawJson(bytes: Uint8Array): unknown {
  const text = textOf(fieldsOf(bytes)[0]?.[1]);
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    throw badRequest("the protobuf body holds a raw value that is no JSON");
  }
}

function decodeValue(type: string, wire: Wire): unknown {
  switch (type.replace("?", "")) {
    case "string":
      return textOf(wire);
    case "bytes":
      return btoa(Array.from(bytesOf(wire), (byte) => String.fromCharCode(byte)).join(""));
    case "bool":
      return wire === 1n;
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
      return Number(wire);
    default: {
      const decode = special[type];
      return decode === undefined ? decodeMessage(type, bytesOf(wire)) : decode(bytesOf(wire));
    }
  }
}
