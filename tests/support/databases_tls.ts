import { join } from "node:path";

/** PEM files of one authority and of a server certificate that it signed for `localhost` only (no IP address). */
export interface TlsFiles {
  readonly caPem: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const NEW_KEY = [
  ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10"],
];

/** Makes an authority and a server certificate with `openssl` in `directory`. Valid for ten days. */
export async function makeTlsFiles(directory: string): Promise<TlsFiles> {
  const file = (name: string) => join(directory, name);
  await openssl([
    ...[...NEW_KEY, "-subj", "/CN=test authority", "-keyout", file("ca.key"), "-out", file("ca.crt")],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  ]);
  const files = { caFile: file("ca.crt"), certFile: file("server.crt"), keyFile: file("server.key") };
  await makeCertificate(directory, "localhost");
  return { caPem: await Deno.readTextFile(files.caFile), ...files };
}

/** Replaces the server certificate in `directory` by one of the same authority for another host. */
export async function makeCertificate(directory: string, host: string): Promise<void> {
  const file = (name: string) => join(directory, name);
  await openssl([
    ...[...NEW_KEY, "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-subj", "/CN=test database"],
    ...["-keyout", file("server.key"), "-out", file("server.crt"), "-addext", `subjectAltName=DNS:${host}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"],
  ]);
  await Deno.chmod(file("server.key"), 0o600);
}

async function openssl(args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (code !== 0) throw new Error(`openssl ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
}
