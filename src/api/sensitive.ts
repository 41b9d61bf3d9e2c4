import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { nameAsLabel } from "./labels.ts";
import type { NodeSpec } from "./node.ts";
import type { Row, SealedValues } from "./row.ts";

/** The reason of a resource whose sensitive values are not there to render with. Its hub writes them again. */
export const SENSITIVE_LOST = "SensitiveValuesLost";

/** The reason of what can't be rendered since the Secret may not be read. */
export const SENSITIVE_UNAVAILABLE = "SensitiveValuesUnavailable";

/** The type of the Secrets with a hub's key and with a node's sensitive values. */
export const SENSITIVE_TYPE = { key: "lynq.sh/sensitive-key", values: "lynq.sh/sensitive-values" } as const;

export const SENSITIVE_KEY_BYTES = 32;
const NAME_LIMIT = 253;
const VALUES_SUFFIX = "-lynq-sensitive";

/** The Secret of a hub with the key that its nodes' hashes are made with. */
export function sensitiveKeyName(hub: string): string {
  return suffixed(hub, "-lynq-sensitive-key");
}

/** The Secret of a node with its sensitive values. */
export function sensitiveName(node: string): string {
  return suffixed(node, VALUES_SUFFIX);
}

/** The node whose sensitive values a Secret of that name holds; undefined where it can hold none. */
export function sensitiveNodeName(secret: string): string | undefined {
  const node = secret.slice(0, -VALUES_SUFFIX.length);
  return node !== "" && sensitiveName(node) === secret ? node : undefined;
}

function suffixed(name: string, suffix: string): string {
  return `${name.length + suffix.length <= NAME_LIMIT ? name : nameAsLabel(name)}${suffix}`;
}

/** The bytes of a hub's key as its Secret holds them, base64; undefined for what is none. */
export function sensitiveKey(text: string | undefined): Uint8Array | undefined {
  const bytes = Buffer.from(text ?? "", "base64");
  return bytes.length === SENSITIVE_KEY_BYTES ? bytes : undefined;
}

/**
 * The row with these variables taken out of its values: of each a LynqNode holds a hash with a key that is in Secrets
 * only, so that a change is noticed and no guess can be checked. Every row has a key of its own, derived from the hub's.
 */
export function sealRow(row: Row, names: readonly string[], hubKey: Uint8Array): Row {
  const found = names.flatMap((name) => {
    const value = Object.hasOwn(row.values, name) ? row.values[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  if (found.length === 0) return row;
  const key = createHmac("sha256", hubKey).update(`row\n${row.uid}`).digest();
  const values = Object.fromEntries(Object.entries(row.values).filter(([name]) => !names.includes(name)));
  const part: Part = { key: key.toString("base64"), values: Object.fromEntries(found) };
  const sealed: SealedValues = {
    hashes: Object.fromEntries(found.map(([name, value]) => [name, hashOf(key, name, value)])),
    part: Buffer.from(JSON.stringify(part), "utf8").toString("base64"),
  };
  return { uid: row.uid, values, sensitive: sealed };
}

interface Part {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A node's sensitive values, and the key that hashes of what holds them are made with. */
export interface OpenedValues {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The values that a node's spec speaks of, out of the data of its Secret; undefined where they are not all there. */
export function openValues(
  { part, hashes }: NonNullable<NodeSpec["sensitive"]>,
  data: Readonly<Record<string, unknown>>,
): OpenedValues | undefined {
  const stored = readPart(data[part]);
  if (stored === undefined) return undefined;
  const key = Buffer.from(stored.key, "base64");
  const values: [string, string][] = [];
  for (const [name, hash] of Object.entries(hashes)) {
    const value = Object.hasOwn(stored.values, name) ? stored.values[name] : undefined;
    if (typeof value !== "string" || !equal(hashOf(key, name, value), hash)) return undefined;
    values.push([name, value]);
  }
  return { key: stored.key, values: Object.fromEntries(values) };
}

function readPart(text: unknown): Part | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const part: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    if (typeof part !== "object" || part === null) return undefined;
    const { key, values } = part as Record<string, unknown>;
    if (typeof key !== "string" || typeof values !== "object" || values === null) return undefined;
    return { key, values: values as Record<string, string> };
  } catch {
    return undefined;
  }
}

function hashOf(key: Uint8Array, name: string, value: string): string {
  return createHmac("sha256", key).update(`${name}\n${value}`).digest("hex").slice(0, 32);
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Where the next values of a node are kept: beside those that it has until it is written. */
export function nextPart(sensitive: NodeSpec["sensitive"]): "a" | "b" {
  return sensitive?.part === "a" ? "b" : "a";
}

/** Whether a node holds these hashes, and its values were not missed since it was last written. */
export function holdsSensitive(
  { spec, status, generation }: {
    readonly spec: NodeSpec;
    readonly status: {
      readonly observedGeneration?: number | undefined;
      readonly resources?: readonly { readonly reason?: string | undefined }[] | undefined;
    };
    readonly generation: number;
  },
  sealed: SealedValues | undefined,
): boolean {
  const { hashes = {} } = spec.sensitive ?? {};
  if (!sameTexts(hashes, sealed?.hashes ?? {})) return false;
  if (sealed === undefined) return spec.sensitive === undefined;
  if (sealed.part === undefined) return true;
  const lost = status.resources?.some(({ reason }) => reason === SENSITIVE_LOST) === true;
  return !lost || status.observedGeneration !== generation;
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

/** The hash of an object that holds sensitive values, with the key (base64) that is beside them. */
export function sealedHash(text: string, key: string): string {
  return createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("hex").slice(0, 16);
}
