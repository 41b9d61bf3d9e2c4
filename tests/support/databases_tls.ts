import { join } from "node:path";

/** PEM files of one authority and of a server certificate that it signed for `localhost` only (no IP address). */
export interface TlsFiles {
  readonly caPem: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes an authority and a server certificate with `openssl` in `directory`. Valid for ten days. */
export async function makeTlsFiles(directory: string): Promise<TlsFiles> {
  const file = (name: string) => join(directory, name);
  const ca = ["-CA", file("ca.crt"), "-CAkey", file("ca.key")];
  const newKey = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "10",
  ];
  await openssl([
    ...[...newKey, "-subj", "/CN=test authority", "-keyout", file("ca.key"), "-out", file("ca.crt")],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  ]);
  await openssl([
    ...[
      ...newKey,
      ...ca,
      "-subj",
      "/CN=test database",
      "-keyout",
      file("server.key"),
      "-out",
      file("server.crt"),
    ],
    ...["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "extendedKeyUsage=serverAuth"],
  ]);
  await Deno.chmod(file("server.key"), 0o600);
  return {
    caPem: await Deno.readTextFile(file("ca.crt")),
    caFile: file("ca.crt"),
    certFile: file("server.crt"),
    keyFile: file("server.key"),
  };
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
