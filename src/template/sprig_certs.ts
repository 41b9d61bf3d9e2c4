import { fromUint8Array, isAscii, isValidUtf8, toUint8Array } from "./bytes.ts";
import { CertificateError, createCertificate, type Issuer, readCertificate } from "./certificate.ts";
import { type CallContext, CallError, define, type FunctionTable } from "./function.ts";
import { parseIp } from "./go_ip.ts";
import type { GoType } from "./go_type.ts";
import { decodePem, encodePem } from "./pem.ts";
import { sprint } from "./print.ts";
import { keyPem, parseKeyPem, type PrivateKey } from "./private_key.ts";
import { quote } from "./quote.ts";
import { decodeBase64 } from "./sprig_encoding.ts";
import { type GoList, GoObject, types, type Value } from "./value.ts";

/** `sprig.certificate`: a certificate and its key, both PEM. */
export class GoCertificate extends GoObject {
  readonly type = certificateType;

  constructor(readonly cert: string, readonly key: string) {
    super();
  }

  override fields(): ReadonlyMap<string, Value> {
    return new Map([["Cert", this.cert], ["Key", this.key]]);
  }

  override same(other: GoObject): boolean {
    return other instanceof GoCertificate && other.cert === this.cert && other.key === this.key;
  }
}

const certificateType: GoType<GoCertificate> = { name: "sprig.certificate", kind: "struct" };

/** What generating costs in steps, by the time it takes. */
const cost = { rsa2048: 40_000, rsa4096: 400_000, dsa: 200_000, fast: 1_000 } as const;

function generated(kind: string, { budget, privateKey }: CallContext): string {
  switch (kind) {
    case "":
    case "rsa":
      budget.steps(cost.rsa4096);
      return privateKey("rsa4096");
    case "dsa":
      budget.steps(cost.dsa);
      return privateKey("dsa");
    case "ecdsa":
      budget.steps(cost.fast);
      return privateKey("ecdsa");
    case "ed25519":
      budget.steps(cost.fast);
      return privateKey("ed25519");
    default:
      return `Unknown type ${kind}`;
  }
}

function rsaKey({ budget, privateKey }: CallContext): PrivateKey {
  budget.steps(cost.rsa2048);
  return keyFrom(privateKey("rsa2048"), badKey);
}

function keyFrom(text: string, complaint: string): PrivateKey {
  const parsed = parseKeyPem(text);
  if (parsed.kind === "error") throw new CallError(`${complaint}: ${parsed.message}`);
  return parsed.key;
}

interface Names {
  readonly commonName: string;
  readonly addresses?: GoList;
  readonly dnsNames?: GoList;
  readonly days: bigint;
}

function addressOf(value: Value): Uint8Array {
  if (typeof value !== "string") throw new CallError(`error parsing ip: ${sprint(value)} is not a string`);
  const address = parseIp(value);
  if (address === undefined) throw new CallError(`error parsing ip: ${value}`);
  const isMapped = address.length === 16 && fromUint8Array(address).startsWith("\0".repeat(10) + "\xff\xff");
  return isMapped ? address.subarray(12) : address;
}

function dnsNameOf(value: Value): string {
  if (typeof value === "string") return value;
  throw new CallError(`error processing alternate dns name: ${sprint(value)} is not a string`);
}

const day = 86_400_000_000_000n;

/** Checks the names and makes the certificate; without a signer it signs itself. */
function issue(
  names: Names,
  options: { key: PrivateKey; isAuthority: boolean; signer?: { issuer: Issuer; key: PrivateKey } },
  context: CallContext,
): GoCertificate {
  const addresses = (names.addresses?.items ?? []).map(addressOf);
  const dnsNames = (names.dnsNames?.items ?? []).map(dnsNameOf);
  const failed = (reason: string) => new CallError(`error creating certificate: ${reason}`);
  const foreign = dnsNames.find((name) => !isAscii(name));
  if (foreign !== undefined) throw failed(`x509: ${quote(foreign)} cannot be encoded as an IA5String`);
  if (!isValidUtf8(names.commonName)) throw failed("asn1: string not valid UTF-8");
  const now = context.now();
  const milliseconds = (nanos: bigint) => new Date(Number(nanos / 1_000_000n));
  const request = {
    commonName: toUint8Array(names.commonName),
    addresses,
    dnsNames,
    notBefore: milliseconds(now),
    notAfter: milliseconds(now + BigInt.asIntN(64, names.days * day)),
    serial: BigInt(`0x${context.randomBytes(16).toHex()}`),
    isAuthority: options.isAuthority,
  };
  try {
    const bytes = createCertificate(request, options.key, options.signer);
    return new GoCertificate(encodePem({ type: "CERTIFICATE", bytes }), keyPem(options.key));
  } catch (error) {
    if (error instanceof CertificateError) throw failed(error.message);
    throw error;
  }
}

/** The authority that a certificate and its key make. */
function signerFrom(authority: GoCertificate): { issuer: Issuer; key: PrivateKey } {
  const block = decodePem(authority.cert);
  if (block === undefined) throw new CallError("unable to decode certificate");
  const issuer = readCertificate(block.bytes);
  if (issuer === undefined) {
    throw new CallError("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate");
  }
  return { issuer, key: keyFrom(authority.key, "error parsing private key") };
}

/** A certificate and key that come from elsewhere, in base64. */
function customCertificate(cert64: string, key64: string): GoCertificate {
  const cert = decodeBase64(cert64);
  if (cert.kind === "error") throw new CallError("unable to decode base64 certificate");
  const key = decodeBase64(key64);
  if (key.kind === "error") throw new CallError("unable to decode base64 private key");
  const block = decodePem(cert.bytes);
  if (block === undefined) throw new CallError("unable to decode certificate");
  if (readCertificate(block.bytes) === undefined) {
    throw new CallError("error parsing certificate: decodedCert.Bytes: x509: malformed certificate");
  }
  keyFrom(key.bytes, "error parsing private key");
  return new GoCertificate(cert.bytes, key.bytes);
}

const names = [types.string, types.anyList, types.anyList, types.int] as const;
const badKey = "parsing private key";

export const certFunctions: FunctionTable = {
  genPrivateKey: define({
    params: [types.string],
    impure: "key",
    call: ([kind], context) => generated(kind, context),
  }),
  genCA: define({
    params: [types.string, types.int],
    impure: "key",
    call: ([commonName, days], context) =>
      issue({ commonName, days: days.value }, { key: rsaKey(context), isAuthority: true }, context),
  }),
  genCAWithKey: define({
    params: [types.string, types.int, types.string],
    impure: "key",
    call: ([commonName, days, pem], context) =>
      issue({ commonName, days: days.value }, { key: keyFrom(pem, badKey), isAuthority: true }, context),
  }),
  genSelfSignedCert: define({
    params: names,
    impure: "key",
    call: ([commonName, addresses, dnsNames, days], context) =>
      issue(
        { commonName, addresses, dnsNames, days: days.value },
        { key: rsaKey(context), isAuthority: false },
        context,
      ),
  }),
  genSelfSignedCertWithKey: define({
    params: [...names, types.string],
    impure: "key",
    call: ([commonName, addresses, dnsNames, days, pem], context) =>
      issue(
        { commonName, addresses, dnsNames, days: days.value },
        { key: keyFrom(pem, badKey), isAuthority: false },
        context,
      ),
  }),
  genSignedCert: define({
    params: [...names, certificateType],
    impure: "key",
    call: ([commonName, addresses, dnsNames, days, authority], context) =>
      issue(
        { commonName, addresses, dnsNames, days: days.value },
        { key: rsaKey(context), isAuthority: false, signer: signerFrom(authority) },
        context,
      ),
  }),
  genSignedCertWithKey: define({
    params: [...names, certificateType, types.string],
    impure: "key",
    call: ([commonName, addresses, dnsNames, days, authority, pem], context) =>
      issue(
        { commonName, addresses, dnsNames, days: days.value },
        { key: keyFrom(pem, badKey), isAuthority: false, signer: signerFrom(authority) },
        context,
      ),
  }),
  buildCustomCert: define({
    params: [types.string, types.string],
    call: ([cert64, key64]) => customCertificate(cert64, key64),
  }),
};
