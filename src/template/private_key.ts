/** Private keys in the PEM forms that Sprig writes and reads. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { integer, integerOf, readAll, sequence } from "./der.ts";
import { decodePem, encodePem } from "./pem.ts";

/** A key that can sign, or a DSA key, which X.509 as Sprig writes it doesn't take. */
export type PrivateKey =
  | { readonly kind: "signer"; readonly key: KeyObject }
  | { readonly kind: "dsa"; readonly pem: string };

export type ParsedKey = { kind: "key"; key: PrivateKey } | { kind: "error"; message: string };

type Bytes = Uint8Array<ArrayBuffer>;

function exportDer(key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): Bytes {
  return new Uint8Array(key.export({ type, format: "der" }));
}

/** The PEM text of a key: PKCS#1 for RSA, SEC 1 for elliptic curves, PKCS#8 for Ed25519. */
export function keyPem(key: PrivateKey): string {
  if (key.kind === "dsa") return key.pem;
  switch (key.key.asymmetricKeyType) {
    case "rsa":
      return encodePem({ type: "RSA PRIVATE KEY", bytes: exportDer(key.key, "pkcs1") });
    case "ec":
      return encodePem({ type: "EC PRIVATE KEY", bytes: exportDer(key.key, "sec1") });
    default:
      return encodePem({ type: "PRIVATE KEY", bytes: exportDer(key.key, "pkcs8") });
  }
}

/** The keys that templates ask for. */
export type KeyKind = "rsa4096" | "rsa2048" | "dsa" | "ecdsa" | "ed25519";

/** A new key as its PEM text. RSA takes up to seconds, in which nothing else runs. */
export function privateKeyPem(kind: KeyKind): string {
  return pemOf(kind, generated(kind));
}

function generated(kind: KeyKind): KeyObject {
  switch (kind) {
    case "rsa4096":
    case "rsa2048":
      return generateKeyPairSync("rsa", { modulusLength: RSA_BITS[kind] }).privateKey;
    case "dsa":
      return generateKeyPairSync("dsa", DSA).privateKey;
    case "ecdsa":
      return generateKeyPairSync("ec", ECDSA).privateKey;
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey;
  }
}

export const RSA_BITS = { rsa4096: 4096, rsa2048: 2048 } as const;
export const DSA = { modulusLength: 2048, divisorLength: 256 } as const;
export const ECDSA = { namedCurve: "prime256v1" } as const;

/** The PEM text of a key that was generated. */
export function pemOf(kind: KeyKind, key: KeyObject): string {
  return keyPem(kind === "dsa" ? dsaKey(key) : { kind: "signer", key });
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = result * square % modulus;
    square = square * square % modulus;
  }
  return result;
}

/** A DSA key (2048 and 256 bits) in the form of OpenSSL: version, p, q, g, y, x. */
function dsaKey(privateKey: KeyObject): PrivateKey {
  const [outer] = readAll(exportDer(privateKey, "pkcs8")) ?? [];
  const [, algorithm, secret] = readAll(outer?.content ?? new Uint8Array()) ?? [];
  const [, parameters] = readAll(algorithm?.content ?? new Uint8Array()) ?? [];
  const [p, q, g] = (readAll(parameters?.content ?? new Uint8Array()) ?? []).map(integerOf);
  const [x] = (readAll(secret?.content ?? new Uint8Array()) ?? []).map(integerOf);
  if (p === undefined || q === undefined || g === undefined || x === undefined) {
    throw new Error("a generated DSA key has an unknown form");
  }
  const numbers = [0n, p, q, g, power(g, x, p), x];
  const bytes = sequence(...numbers.map(integer));
  return { kind: "dsa", pem: encodePem({ type: "DSA PRIVATE KEY", bytes }) };
}

const forms = {
  "PRIVATE KEY": { type: "pkcs8", complaint: "decoding PEM as PKCS#8" },
  "RSA PRIVATE KEY": { type: "pkcs1", complaint: "parsing RSA private key from PEM" },
  "EC PRIVATE KEY": { type: "sec1", complaint: "parsing EC private key from PEM" },
} as const;

/** Reads the first PEM block of a text as a private key. */
export function parseKeyPem(text: string): ParsedKey {
  const block = decodePem(text);
  if (block === undefined) return { kind: "error", message: "no PEM data in input" };
  if (!/(?:^| )PRIVATE KEY$/.test(block.type)) {
    return { kind: "error", message: `no private key data in PEM block of type ${block.type}` };
  }
  if (block.type === "DSA PRIVATE KEY") return parseDsa(block.bytes);
  const form = Object.entries(forms).find(([type]) => type === block.type)?.[1];
  if (form === undefined) {
    return { kind: "error", message: `invalid private key type ${block.type.replace(/ PRIVATE KEY$/, "")}` };
  }
  try {
    const key = createPrivateKey({
      key: new Uint8Array(block.bytes) as never,
      format: "der",
      type: form.type,
    });
    return { kind: "key", key: { kind: "signer", key } };
  } catch {
    return { kind: "error", message: `${form.complaint}: the data are no such key` };
  }
}

function parseDsa(bytes: Bytes): ParsedKey {
  const [outer] = readAll(bytes) ?? [];
  const numbers = readAll(outer?.content ?? new Uint8Array()) ?? [];
  if (outer?.tag !== 0x30 || numbers.length !== 6 || numbers.some((number) => number.tag !== 0x02)) {
    return { kind: "error", message: "parsing DSA private key from PEM: the data are no such key" };
  }
  return { kind: "key", key: { kind: "dsa", pem: encodePem({ type: "DSA PRIVATE KEY", bytes }) } };
}
