import type { Certificate } from "./http_server.ts";

const VALID_MS = 10 * 365 * 86_400_000;

/**
 * A certificate for localhost, made in memory: TLS against listeners on the wire, no proof of who serves.
 *
 * Loads its library only here: most installations mount a certificate or serve no metrics.
 */
export async function selfSignedCertificate(now: Date): Promise<Certificate> {
  // tsyringe, which @peculiar/x509 registers its algorithms with, refuses to load without this.
  await import("reflect-metadata");
  const { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } = await import(
    "@peculiar/x509"
  );
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${crypto.getRandomValues(new Uint8Array(16)).toHex()}`,
    name: "CN=lynq-metrics",
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + VALID_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
    ],
  });
  return {
    cert: certificate.toString("pem"),
    key: PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY"),
  };
}

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The files of a pair changed again and again while they were read. */
export class CertificateChanging extends Error {
  override readonly name = "CertificateChanging";
  readonly files: CertificateFiles;

  constructor(files: CertificateFiles) {
    super(
      `${files.certFile} and ${files.keyFile} changed while they were read; write both, then rename them into place`,
    );
    this.files = files;
  }
}

/** The pair as it is on disk, both of one moment. Throws `CertificateChanging`, `Deno.errors.NotFound` and the like. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  let before = await readOnce(files);
  for (let tries = 0; tries < 3; tries++) {
    const now = await readOnce(files);
    if (before.cert === now.cert && before.key === now.key) return now;
    before = now;
  }
  throw new CertificateChanging(files);
}

async function readOnce(files: CertificateFiles): Promise<Certificate> {
  return { cert: await Deno.readTextFile(files.certFile), key: await Deno.readTextFile(files.keyFile) };
}
