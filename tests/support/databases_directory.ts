import { run, type SystemUser, systemUser } from "./databases_process.ts";
import { makeCertificate, makeTlsFiles, type TlsFiles } from "./databases_tls.ts";

/** A temporary directory of a database server, with its certificates, owned by the user that it runs as. */
export interface ServerDirectory {
  readonly path: string;
  readonly user: SystemUser | undefined;
  readonly tls: TlsFiles;
  /** Replaces the server's certificate by one for `host`. */
  certify(host: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeServerDirectory(userName: string): Promise<ServerDirectory> {
  const path = await Deno.makeTempDir({ prefix: `${userName}_` });
  const user = await systemUser(userName);
  const tls = await makeTlsFiles(path);
  const own = async () => {
    if (user !== undefined) await run("chown", ["-R", `${user.uid}:${user.gid}`, path]);
  };
  await own();
  return {
    ...{ path, user, tls },
    certify: async (host) => {
      await makeCertificate(path, host);
      await own();
    },
    remove: () => Deno.remove(path, { recursive: true }),
  };
}

/** Special characters of URLs, SQL and shells: a driver or an adapter that quotes wrongly cannot log in. */
export const READER_PASSWORD = String.raw`p@ss/w:o#r?d&'"\ %41é`;
