/** X.509 certificates, written and signed at once: template functions can't wait for a promise. */
import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import * as der from "./der.ts";
import type { PrivateKey } from "./private_key.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: Bytes;
  /** Addresses of 4 or 16 bytes. */
  readonly addresses: readonly Uint8Array[];
  /** Names in ASCII. */
  readonly dnsNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serial: bigint;
  readonly isAuthority: boolean;
}

/** Who signs: a certificate's subject, key id and public key, with the private key to it. */
export interface Issuer {
  readonly subject: Uint8Array;
  readonly keyId: Uint8Array | undefined;
  readonly publicKey: Uint8Array;
}

/** Why a certificate can't be made. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

interface Algorithm {
  readonly identifier: Bytes;
  readonly hash: "sha256" | "sha384" | "sha512" | null;
}

const curves: Readonly<Record<string, Algorithm>> = {
  secp384r1: { identifier: der.sequence(der.objectId("1.2.840.10045.4.3.3")), hash: "sha384" },
  secp521r1: { identifier: der.sequence(der.objectId("1.2.840.10045.4.3.4")), hash: "sha512" },
};

function algorithmOf(key: KeyObject): Algorithm {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return {
        identifier: der.sequence(der.objectId("1.2.840.113549.1.1.11"), der.nothing()),
        hash: "sha256",
      };
    case "ec":
      return curves[key.asymmetricKeyDetails?.namedCurve ?? ""] ??
        { identifier: der.sequence(der.objectId("1.2.840.10045.4.3.2")), hash: "sha256" };
    case "ed25519":
      return { identifier: der.sequence(der.objectId("1.3.101.112")), hash: null };
    default:
      throw new CertificateError("x509: only RSA, ECDSA and Ed25519 keys supported");
  }
}

/** The public half of a key as SubjectPublicKeyInfo. */
export function publicKeyOf(key: KeyObject): Bytes {
  return new Uint8Array(createPublicKey(key as never).export({ type: "spki", format: "der" }));
}

/** A subject with a common name, or without anything for an empty one. */
function subjectOf(commonName: Bytes): Bytes {
  if (commonName.length === 0) return der.sequence();
  const isPrintable = commonName.every((byte) => /[A-Za-z0-9 '()+,\-./:=?]/.test(String.fromCharCode(byte)));
  const text = der.tagged(isPrintable ? 0x13 : 0x0c, commonName);
  return der.sequence(der.setOf(der.sequence(der.objectId("2.5.4.3"), text)));
}

function extension(id: string, options: { critical: boolean; value: Uint8Array }): Bytes {
  const critical = options.critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectId(id), ...critical, der.octets(options.value));
}

function alternativeNames(request: CertificateRequest): Bytes[] {
  const names = request.dnsNames.map((name) => der.tagged(0x82, new TextEncoder().encode(name)));
  const addresses = request.addresses.map((address) => der.tagged(0x87, address));
  if (names.length + addresses.length === 0) return [];
  const critical = request.commonName.length === 0;
  return [extension("2.5.29.17", { critical, value: der.sequence(...names, ...addresses) })];
}

function extensionsOf(request: CertificateRequest, options: { keyId: Bytes; issuer: Issuer }): Bytes {
  const { isAuthority } = request;
  // Digital signature and key encipherment, for an authority also certificate signing.
  const usage = der.bits(Uint8Array.of(isAuthority ? 0xa4 : 0xa0), isAuthority ? 2 : 5);
  const purposes = der.sequence(der.objectId("1.3.6.1.5.5.7.3.1"), der.objectId("1.3.6.1.5.5.7.3.2"));
  const isSelfIssued = equalBytes(options.issuer.subject, subjectOf(request.commonName));
  const issuerId = isSelfIssued ? undefined : options.issuer.keyId;
  return der.sequence(
    extension("2.5.29.15", { critical: true, value: usage }),
    extension("2.5.29.37", { critical: false, value: purposes }),
    extension("2.5.29.19", {
      critical: true,
      value: der.sequence(...(isAuthority ? [der.boolean(true)] : [])),
    }),
    ...(isAuthority ? [extension("2.5.29.14", { critical: false, value: der.octets(options.keyId) })] : []),
    ...(issuerId === undefined
      ? []
      : [extension("2.5.29.35", { critical: false, value: der.sequence(der.tagged(0x80, issuerId)) })]),
    ...alternativeNames(request),
  );
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The id of a key: the first 20 bytes of the SHA-256 of its bits (RFC 7093, method 1). */
function keyIdOf(publicKey: Uint8Array): Bytes {
  const [outer] = der.readAll(publicKey) ?? [];
  const [, bits] = der.readAll(outer?.content ?? new Uint8Array()) ?? [];
  const key = bits?.content.subarray(1) ?? new Uint8Array();
  return new Uint8Array(createHash("sha256").update(key).digest().subarray(0, 20));
}

function signerOf(key: PrivateKey): KeyObject {
  if (key.kind === "signer") return key.key;
  throw new CertificateError("x509: certificate private key does not implement crypto.Signer");
}

function validity(request: CertificateRequest): Bytes {
  try {
    return der.sequence(der.utcTime(request.notBefore), der.utcTime(request.notAfter));
  } catch (error) {
    if (error instanceof RangeError) throw new CertificateError(`asn1: structure error: ${error.message}`);
    throw error;
  }
}

/**
 * A certificate for `key` in DER, signed by `signer.key`, or by itself without a signer.
 * Throws CertificateError for a key that can't sign and for a signer whose key is not its certificate's.
 */
export function createCertificate(
  request: CertificateRequest,
  key: PrivateKey,
  signer?: { issuer: Issuer; key: PrivateKey },
): Bytes {
  const signing = signerOf(signer?.key ?? key);
  const publicKey = publicKeyOf(signerOf(key));
  const subject = subjectOf(request.commonName);
  const keyId = keyIdOf(publicKey);
  const issuer = signer?.issuer ?? { subject, keyId: undefined, publicKey };
  if (!equalBytes(issuer.publicKey, publicKeyOf(signing))) {
    throw new CertificateError("x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  const algorithm = algorithmOf(signing);
  const body = der.sequence(
    der.tagged(0xa0, der.integer(2n)),
    der.integer(request.serial),
    algorithm.identifier,
    issuer.subject,
    validity(request),
    subject,
    publicKey,
    der.tagged(0xa3, extensionsOf(request, { keyId, issuer })),
  );
  const signature = new Uint8Array(sign(algorithm.hash, body, signing as never));
  return der.sequence(body, algorithm.identifier, der.bits(signature));
}

/** Reads what a certificate tells about its holder; undefined for what is no certificate. */
export function readCertificate(bytes: Uint8Array): Issuer | undefined {
  const [outer, ...after] = der.readAll(bytes) ?? [];
  const parts = der.readAll(outer?.content ?? new Uint8Array()) ?? [];
  const [body] = parts;
  if (after.length > 0 || outer?.tag !== 0x30 || body?.tag !== 0x30 || parts.length !== 3) return undefined;
  const fields = der.readAll(body.content) ?? [];
  const start = fields[0]?.tag === 0xa0 ? 1 : 0;
  const subject = fields[start + 4];
  const publicKey = fields[start + 5];
  if (subject?.tag !== 0x30 || publicKey?.tag !== 0x30) return undefined;
  const extensions = fields.find((field, at) => at > start + 5 && field.tag === 0xa3);
  return {
    subject: subject.whole,
    keyId: extensions === undefined ? undefined : subjectKeyId(extensions.content),
    publicKey: publicKey.whole,
  };
}

function subjectKeyId(extensions: Uint8Array): Uint8Array | undefined {
  const wanted = der.objectId("2.5.29.14");
  const [list] = der.readAll(extensions) ?? [];
  for (const entry of der.readAll(list?.content ?? new Uint8Array()) ?? []) {
    const parts = der.readAll(entry.content) ?? [];
    const value = parts.at(-1);
    if (parts[0] === undefined || value === undefined || !equalBytes(parts[0].whole, wanted)) continue;
    return der.readAll(value.content)?.[0]?.content;
  }
  return undefined;
}
