import assert from "node:assert/strict";
import { hubSpecOf, storedHub } from "../../tests/support/stored_objects.ts";
import { hubSpec } from "../api/hub.ts";
import { KubeUnreachable } from "../kube/error.ts";
import type { SourceConfig } from "../source/config.ts";
import { type RawRow, SourceError } from "../source/port.ts";
import { readRows, type SecretAnswer } from "./read_rows.ts";

const server = {
  host: "db",
  port: 3306,
  username: "u",
  database: "d",
  table: "rows",
  passwordRef: { name: "login", key: "password" },
};
const hub = storedHub({
  spec: hubSpecOf({ source: { ...hubSpecOf().source, type: "mysql", mysql: server } }),
});

/** Reads the rows of a hub whose Secrets are answered like this. */
function read(answer: Promise<SecretAnswer>): Promise<unknown> {
  const secrets = {
    read: async ({ names }: { names: readonly string[] }) => {
      const each = await answer;
      return new Map(names.map((name) => [name, each]));
    },
  };
  const open = () => assert.fail("no connection without a password");
  return readRows({ secrets, open }, hub, new AbortController().signal);
}

Deno.test("a Secret that may not be read or is missing is told with its name, its field and the remedy", async () => {
  const told = async (answer: SecretAnswer) => {
    const error: unknown = await read(Promise.resolve(answer)).catch((e: unknown) => e);
    assert(error instanceof SourceError);
    return `${error.code}: ${error.message}. ${error.remedy}`;
  };
  const login = "InvalidConfig: Secret ns/login, named by spec.source.mysql.passwordRef,";
  assert.equal(
    await told({ kind: "refused" }),
    `${login} may not be read by the operator. Grant get, list and watch on that Secret to its ServiceAccount`,
  );
  assert.equal(
    await told({ kind: "missing" }),
    `${login} does not exist. Create the Secret, or correct spec.source.mysql.passwordRef.name`,
  );
  assert.equal(
    await told({ kind: "found", value: { other: "eA==" } }),
    'InvalidConfig: Secret ns/login has no key "password", named by spec.source.mysql.passwordRef. ' +
      "Add the key to the Secret, or correct spec.source.mysql.passwordRef.key",
  );
});

Deno.test("a Secret whose read gets no answer says nothing about the database", async () => {
  const unreachable = new KubeUnreachable("no answer", { code: "Reset" });
  await assert.rejects(read(Promise.reject(unreachable)), KubeUnreachable);
});

Deno.test("tls without a mode is checked in full, and no tls is none", async () => {
  const opened = async (tls: object) => {
    const spec = hubSpec.parse({
      ...hubSpecOf(),
      source: { type: "mysql", mysql: { ...server, ...tls } },
    });
    const told = Promise.withResolvers<SourceConfig>();
    const secrets = { read: () => Promise.resolve(new Map([["login", FOUND]])) };
    const open = (config: SourceConfig) => {
      told.resolve(config);
      return { read: nothing, close: () => Promise.resolve() };
    };
    await readRows({ secrets, open }, storedHub({ spec }), new AbortController().signal);
    const config = await told.promise;
    return config.type === "sqlite" ? undefined : config.server.tls.mode;
  };
  assert.equal(await opened({ tls: {} }), "verify-full");
  assert.equal(await opened({}), "disable");
});

async function* nothing(): AsyncGenerator<readonly RawRow[]> {}

Deno.test("rows without end are refused before they fill the memory", async () => {
  const page: readonly RawRow[] = Array.from({ length: 500 }, () => ({ uid: "a", activate: "1" }));
  let pages = 0;
  let closed = 0;
  async function* endless() {
    for (;; pages++) yield await Promise.resolve(page);
  }
  const secrets = { read: () => Promise.resolve(new Map([["login", FOUND]])) };
  const open = () => ({ read: endless, close: () => Promise.resolve(void closed++) });
  const error: unknown = await readRows({ secrets, open }, hub, new AbortController().signal)
    .catch((e: unknown) => e);
  assert(error instanceof SourceError && error.code === "TooLarge");
  assert.match(error.message, /^rows has more than a hub takes/);
  assert(pages < 2000, String(pages));
  assert.equal(closed, 1);
});

const FOUND: SecretAnswer = { kind: "found", value: { password: "eA==" } };
