import { Buffer } from "node:buffer";
import { hubSpec } from "../api/hub.ts";
import type { RowVerdict } from "../api/row.ts";
import { toStoredHub } from "../api/stored.ts";
import { readRows } from "../hub/read_rows.ts";
import type { KubeObject } from "../kube/object.ts";
import { openSource } from "../source/open.ts";
import { SourceError } from "../source/port.ts";
import { readInput } from "./input_files.ts";
import type { Manifest } from "./manifest.ts";

/** Where the values come from that a cluster has in Secrets. */
export interface SecretFlags {
  readonly passwordEnv?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
}

/** Reads a hub's rows from its database as the operator does. Throws `SourceError`, `FileProblem`. */
export async function databaseRows(hub: Manifest, flags: SecretFlags): Promise<RowVerdict[]> {
  const { signal } = new AbortController();
  const object: KubeObject = {
    ...hub.object,
    metadata: { name: hub.name, namespace: hub.namespace ?? "default" },
  };
  const values = await secretsOf(hub, flags);
  const read = ({ names }: { names: readonly string[] }) =>
    Promise.resolve(
      new Map(names.map((name) => [name, { kind: "found" as const, value: values.get(name) ?? {} }])),
    );
  const rows = await readRows(
    { secrets: { read }, open: (config) => openSource(config, signal) },
    toStoredHub(object),
    signal,
  );
  return rows.verdicts();
}

/** The values that the hub's Secrets would have, base64 by Secret and key. */
async function secretsOf(hub: Manifest, flags: SecretFlags): Promise<Map<string, Record<string, string>>> {
  const { source } = hubSpec.parse(hub.object["spec"]);
  const server = source.type === "sqlite" ? undefined : source[source.type];
  const secrets = new Map<string, Record<string, string>>();
  const put = (ref: { name: string; key: string }, value: string) => {
    const encoded = Buffer.from(value, "utf8").toString("base64");
    secrets.set(ref.name, { ...secrets.get(ref.name), [ref.key]: encoded });
  };
  if (server?.passwordRef !== undefined) put(server.passwordRef, await password(flags));
  const ca = server?.tls?.caRef;
  if (ca !== undefined) {
    if (flags.caFile === undefined) {
      throw missing("the hub checks the server's certificate", "--ca-file FILE");
    }
    put(ca, (await readInput(flags.caFile)).text);
  }
  return secrets;
}

async function password({ passwordEnv, passwordFile }: SecretFlags): Promise<string> {
  if (passwordFile !== undefined) return (await readInput(passwordFile)).text.replace(/\r?\n$/, "");
  if (passwordEnv === undefined) {
    throw missing("the hub has a password", "--password-env NAME or --password-file FILE");
  }
  const value = Deno.env.get(passwordEnv);
  if (value === undefined) {
    throw missing(`the environment has no ${passwordEnv}`, "the name of a variable that is set");
  }
  return value;
}

function missing(what: string, flags: string): SourceError {
  return new SourceError(`${what}, which no Secret tells here`, {
    code: "InvalidConfig",
    remedy: `Give ${flags}`,
  });
}
