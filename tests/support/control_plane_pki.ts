import { join } from "node:path";
import { run } from "./databases_process.ts";

/** File names, below the directory given to `makePki`. */
export const PKI = {
  serviceAccountKey: "sa.key",
  caCert: "ca.crt",
  serverCert: "api.crt",
  serverKey: "api.key",
  clientCert: "client.crt",
  clientKey: "client.key",
} as const;

/** The user name in the client certificate; a member of system:masters. */
export const CERTIFICATE_USER = "certified";

/** An authority, a server certificate for the loopback address and a client certificate, by `openssl`; ten days valid. */
export async function makePki(directory: string): Promise<void> {
  const file = (name: string) => join(directory, name);
  const newKey = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const signed = ["-CA", file(PKI.caCert), "-CAkey", file("ca.key"), "-days", "10"];
  const leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
  await run("openssl", [
    ...["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    ...["-out", file(PKI.serviceAccountKey)],
  ]);
  await run("openssl", [
    ...newKey,
    ...["-days", "10", "-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign"],
    ...["-keyout", file("ca.key"), "-out", file(PKI.caCert)],
  ]);
  await run("openssl", [
    ...newKey,
    ...signed,
    ...leaf,
    ...["-subj", "/CN=kube-apiserver", "-addext", "extendedKeyUsage=serverAuth"],
    ...["-addext", "subjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc"],
    ...["-keyout", file(PKI.serverKey), "-out", file(PKI.serverCert)],
  ]);
  await run("openssl", [
    ...newKey,
    ...signed,
    ...leaf,
    ...["-subj", `/O=system:masters/CN=${CERTIFICATE_USER}`, "-addext", "extendedKeyUsage=clientAuth"],
    ...["-keyout", file(PKI.clientKey), "-out", file(PKI.clientCert)],
  ]);
}
