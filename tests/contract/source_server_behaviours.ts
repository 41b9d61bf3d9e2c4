import assert from "node:assert/strict";
import type { ServerConfig, SourceConfig, SourceTls } from "../../src/source/config.ts";
import { openSource } from "../../src/source/open.ts";
import type { DatabaseServer } from "../support/databases.ts";
import { freePort } from "../support/databases_process.ts";
import { makeTlsFiles } from "../support/databases_tls.ts";
import { type RowQuery, SourceError } from "../../src/source/port.ts";
import {
  type Behaviour,
  type ContractDatabase,
  eventually,
  failure,
  never,
  query,
  readPages,
  readRows,
} from "./source_contract.ts";
import { startCutProxy } from "./source_cut_proxy.ts";

/** A database that is reached over the network. */
export interface ServerUnderTest extends ContractDatabase {
  readonly type: "mysql" | "postgres";
  readonly server: DatabaseServer;
  /** Whether `verify-full` can compare a certificate with an IP address. */
  readonly verifiesAddresses: boolean;
  /** A SELECT of one row whose `id` is not empty when the connection is encrypted. */
  readonly encryptionSelect: string;
  /** A view `writer(id)` that inserts into the table `written(id)` when it is read. */
  readonly writingView: string;
  /** Makes user `stranger` with the reader's password and no right to any table. */
  readonly stranger: string;
  /** Counts the reader's connections that wait for their client to take more rows. */
  readonly waitingForClient: string;
  /** Ends the reader's connections from outside. */
  readonly killReaders: string;
  /** What may be in the log beside the SELECT. */
  readonly frame: readonly RegExp[];
}

export interface ConfigChanges {
  readonly server?: Partial<ServerConfig>;
  readonly connectMs?: number;
  readonly queryMs?: number;
}

export function serverConfig(
  { type, server }: Pick<ServerUnderTest, "type" | "server">,
  changes: ConfigChanges = {},
): SourceConfig {
  const { host, port, username, password, database } = server;
  return {
    type,
    server: { host, port, username, password, database, tls: { mode: "disable" }, ...changes.server },
    deadlines: { connectMs: changes.connectMs ?? 60_000, queryMs: changes.queryMs ?? 60_000 },
  };
}

const connecting: readonly Behaviour<ServerUnderTest>[] = [
  {
    name: "a wrong password is told as authentication, without the password",
    async run(database) {
      const config = serverConfig(database, { server: { password: "not-the-password" } });
      const error = await failure(readRows(config, query("tenants", "id")), "AuthenticationFailed");
      assert.doesNotMatch(`${error.message} ${error.remedy} ${error.stack}`, /not-the-password/);
      const empty = serverConfig(database, { server: { password: "" } });
      await failure(readRows(empty, query("tenants", "id")), "AuthenticationFailed");
    },
  },
  {
    name: "an unknown database is told",
    async run(database) {
      const config = serverConfig(database, { server: { database: "no_such_database" } });
      await failure(readRows(config, query("tenants", "id")), "DatabaseNotFound");
    },
  },
  {
    name: "a table that the user may not read is denied",
    async run(database) {
      await database.exec(database.stranger);
      const config = serverConfig(database, { server: { username: "stranger" } });
      await failure(readRows(config, query("tenants", "id")), "AccessDenied");
    },
  },
  {
    name: "a port that nobody listens on is refused, a host that does not exist unknown",
    async run(database) {
      const refused = serverConfig(database, { server: { port: freePort() } });
      await failure(readRows(refused, query("tenants", "id")), "ConnectionRefused");
      const tls: SourceTls = { mode: "require" };
      const refusedTls = serverConfig(database, { server: { tls, port: freePort() } });
      await failure(readRows(refusedTls, query("tenants", "id")), "ConnectionRefused");
      const unknown = serverConfig(database, { server: { host: "no-such-host.invalid" } });
      await failure(readRows(unknown, query("tenants", "id")), "UnknownHost");
    },
  },
  {
    name: "settings that a driver would read as something else are invalid",
    async run(database) {
      const wrong: Partial<ServerConfig>[] = [
        ...[{ host: "/var/run/socket" }, { host: "" }, { host: "a b" }, { port: 0 }, { port: 70_000 }],
        ...[{ username: "" }, { database: "" }, { password: "a\0b" }],
      ];
      for (const server of wrong) {
        const reading = (async () =>
          await readRows(serverConfig(database, { server }), query("tenants", "id")))();
        await failure(reading, "InvalidConfig");
      }
    },
  },
  {
    name: "a server that accepts and never answers is given up at the connect deadline",
    async run(database) {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const accepted = listener.accept();
      const config = serverConfig(database, { server: { port: listener.addr.port }, connectMs: 300 });
      await failure(readRows(config, query("tenants", "id")), "ConnectTimeout");
      (await accepted).close();
    },
  },
  {
    name: "connecting can be aborted",
    async run(database) {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const controller = new AbortController();
      const config = serverConfig(database, { server: { port: listener.addr.port } });
      const source = openSource(config, controller.signal);
      const reading = source.read(query("tenants", "id"), never)[Symbol.asyncIterator]().next();
      const accepted = await listener.accept();
      controller.abort();
      await failure(reading, "Aborted");
      accepted.close();
      await source.close();
    },
  },
];

const losing: readonly Behaviour<ServerUnderTest>[] = [
  {
    name: "a connection that the server ends in the middle is lost, never an early end",
    async run(database) {
      await database.exec(database.fill("large", { count: 30_000, bytes: 1_000 }));
      const pages = openSource(database.config(), never).read(query("large", "id", "pad"), never)
        [Symbol.asyncIterator]();
      assert.equal((await pages.next()).value?.length, 500);
      await database.exec(database.killReaders);
      await failure(drain(pages), "ConnectionLost");
    },
  },
  {
    name: "a consumer that holds a page holds the server, so that no more is buffered",
    async run(database) {
      const pages = openSource(database.config(), never).read(query("large", "id", "pad"), never)
        [Symbol.asyncIterator]();
      assert.equal((await pages.next()).value?.length, 500);
      await eventually("back-pressure", async () => await database.exec(database.waitingForClient) === "1");
      assert.equal((await pages.next()).value?.length, 500);
      await pages.return?.();
      await eventually("the end of the connection", async () => await database.connections() === 0);
    },
  },
  {
    name: "a connection that the network ends in the middle is lost, wherever it is cut",
    async run(database) {
      for (const bytes of [20_000, 100_001, 1_000_003]) {
        await using proxy = startCutProxy(database.server, bytes);
        const config = serverConfig(database, { server: { port: proxy.port } });
        await failure(readRows(config, query("large", "id", "pad")), "ConnectionLost");
      }
    },
  },
  {
    name: "only the SELECT over the mapped columns is sent, inside a read-only transaction",
    async run(database) {
      const before = await loggedReads(database, query("paying", "uid"));
      const sent = (await loggedReads(database, query("tenants", "id", "plan"))).slice(before.length);
      const quote = database.quote;
      const select = `SELECT ${quote("id")}, ${quote("plan")} FROM ${quote("tenants")}`;
      const others = sent.filter((sql) => sql !== select);
      assert.ok(others.length < sent.length, "the SELECT was sent");
      for (const sql of others) {
        assert.ok(database.frame.some((known) => known.test(sql)), `unexpected: ${sql}`);
      }
      assert.ok(others.some((sql) => /READ ONLY/.test(sql)), "the transaction is read-only");
    },
  },
  {
    name: "a view that writes when it is read is refused by the transaction",
    async run(database) {
      await database.exec(database.writingView);
      await failure(readRows(serverConfig(database), query("writer", "id")), "QueryFailed");
      assert.deepEqual(await readRows(database.config(), query("written", "id")), []);
    },
  },
];

const securing: readonly Behaviour<ServerUnderTest>[] = [
  {
    name: "every TLS mode but disable encrypts",
    async run(database) {
      await database.exec(`CREATE VIEW encryption AS ${database.encryptionSelect}`);
      const { caPem: ca } = database.server;
      const encrypted = async (tls: SourceTls, host: string) => {
        const [row] = await readRows(
          serverConfig(database, { server: { tls, host } }),
          query("encryption", "id"),
        );
        return row?.["id"] !== "";
      };
      assert.equal(await encrypted({ mode: "disable" }, "127.0.0.1"), false);
      assert.equal(await encrypted({ mode: "require" }, "127.0.0.1"), true);
      assert.equal(await encrypted({ mode: "verify-ca", ca }, "127.0.0.1"), true);
      assert.equal(await encrypted({ mode: "verify-full", ca }, "localhost"), true);
    },
  },
  {
    name: "a connection under TLS is lost and dropped like any other",
    async run(database) {
      const tls: SourceTls = { mode: "verify-ca", ca: database.server.caPem };
      for (const bytes of [20_000, 500_001, 1_000_003, 2_000_005, 3_000_007]) {
        await using proxy = startCutProxy(database.server, bytes);
        const cut = serverConfig(database, { server: { tls, port: proxy.port } });
        await failure(readRows(cut, query("large", "id", "pad")), "ConnectionLost");
      }
      const whole = await readPages(serverConfig(database, { server: { tls } }), query("large", "id", "pad"));
      assert.equal(whole.flat().length, 30_000);
      const source = openSource(serverConfig(database, { server: { tls } }), never);
      for await (const page of source.read(query("large", "id", "pad"), never)) {
        assert.equal(page.length, 500);
        break;
      }
      await eventually("the end of the connection", async () => await database.connections() === 0);
    },
  },
  {
    name: "a certificate for another host or of another authority is refused",
    async run(database) {
      const { caPem: ca } = database.server;
      const directory = await Deno.makeTempDir();
      const { caPem: otherCa } = await makeTlsFiles(directory);
      await Deno.remove(directory, { recursive: true });
      const refused = async (tls: SourceTls, host: string) => {
        const config = serverConfig(database, { server: { tls, host } });
        await failure(readRows(config, query("tenants", "id")), "TlsFailed");
      };
      await refused({ mode: "verify-full", ca: otherCa }, "localhost");
      await refused({ mode: "verify-ca", ca: otherCa }, "127.0.0.1");
      await refused({ mode: "verify-ca" }, "127.0.0.1");
      await refused({ mode: "verify-ca", ca: "not a certificate" }, "127.0.0.1");
      const byAddress = serverConfig(database, {
        server: { tls: { mode: "verify-full", ca }, host: "127.0.0.1" },
      });
      const code = database.verifiesAddresses ? "TlsFailed" : "InvalidConfig";
      await failure(readRows(byAddress, query("tenants", "id")), code);
      await database.server.presentCertificateFor("other.example");
      const byName = serverConfig(database, {
        server: { tls: { mode: "verify-full", ca }, host: "localhost" },
      });
      await eventually("the refusal of a certificate for another host", async () => {
        const outcome = await readRows(byName, query("tenants", "id")).catch((cause: unknown) => cause);
        return outcome instanceof SourceError && outcome.code === "TlsFailed";
      });
      await readRows(
        serverConfig(database, { server: { tls: { mode: "verify-ca", ca } } }),
        query("tenants", "id"),
      );
    },
  },
];

/** What every source over the network does beside the common behaviours. Run after them: it reads their tables. */
export const serverBehaviours: readonly Behaviour<ServerUnderTest>[] = [
  ...connecting,
  ...losing,
  ...securing,
];

/** The log when it holds all of this read and of those before it: a server writes its log a little later. */
async function loggedReads(database: ServerUnderTest, wanted: RowQuery): Promise<readonly string[]> {
  await eventually("the end of other reads", async () => await database.connections() === 0);
  await readRows(database.config(), wanted);
  const table = database.quote(wanted.table);
  let log: readonly string[] = [];
  await eventually("the log of the read", async () => {
    log = await database.server.statements();
    return log.at(-1) === "COMMIT" && (log.at(-2) ?? "").endsWith(`FROM ${table}`);
  });
  return log;
}

async function drain<T>(pages: AsyncIterator<T>): Promise<void> {
  while ((await pages.next()).done !== true);
}
