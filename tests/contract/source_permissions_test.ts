import assert from "node:assert/strict";
import { dirname } from "node:path";
import { serveThread } from "../../src/operator/launched_threads.ts";
import type { SourceConfig } from "../../src/source/config.ts";
import {
  cannotStart,
  type DatabaseServer,
  sqliteFile,
  startMariaDb,
  startPostgres,
} from "../support/databases.ts";
import { query } from "./source_contract.ts";
import type { ReaderReply, ReaderRequest } from "./source_reader_worker.ts";
import { serverConfig } from "./source_server_behaviours.ts";

type Permissions = Exclude<NonNullable<WorkerOptions["deno"]>["permissions"], string | undefined>;

/** Nothing: what a permission is left out of would be inherited. */
const NOTHING: Permissions = {
  env: false,
  ffi: false,
  net: false,
  read: false,
  run: false,
  sys: false,
  write: false,
};

const TABLE = "CREATE TABLE tenants (id INTEGER); INSERT INTO tenants VALUES (7)";

/** The worker of SQLite is started from a worker that may not read the disk, except the sources of the program. */
const PROGRAM = new URL("../../src/source/", import.meta.url);

async function readIn(
  permissions: Permissions,
  config: SourceConfig,
  sourcePaths?: readonly string[],
): Promise<ReaderReply> {
  const worker = new Worker(new URL("./source_reader_worker.ts", import.meta.url), {
    ...{ type: "module", deno: { permissions: { ...NOTHING, ...permissions } } },
  });
  try {
    const reply = Promise.withResolvers<ReaderReply>();
    worker.onmessage = ({ data }: MessageEvent<ReaderReply>) =>
      data.kind === "read" ? serveThread(data, sourcePaths ?? []) : reply.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reply.resolve({ kind: "failed", code: "none", message: event.message });
    };
    const launched = sourcePaths !== undefined;
    const request: ReaderRequest = { config, query: query("tenants", "id"), launched };
    worker.postMessage(request);
    return await reply.promise;
  } finally {
    worker.terminate();
  }
}

const ROWS: ReaderReply = { kind: "rows", rows: [{ id: "7" }] };

function serverTest(type: "mysql" | "postgres", start: () => Promise<DatabaseServer>): void {
  const skip = cannotStart(type === "mysql" ? "mariadb" : "postgres");
  const name = `a ${type} source needs the network permission for its host and no other`;
  Deno.test({
    name: skip === undefined ? name : `${name} (skipped: ${skip})`,
    ignore: skip !== undefined,
    async fn() {
      const server = await start();
      try {
        await server.exec(TABLE);
        const net = [`${server.host}:${server.port}`, `localhost:${server.port}`];
        assert.deepEqual(await readIn({ net }, serverConfig({ type, server })), ROWS);
        const tls = { mode: "verify-full", ca: server.caPem } as const;
        const secure = serverConfig({ type, server }, { server: { tls, host: "localhost" } });
        assert.deepEqual(await readIn({ net }, secure), ROWS);
        const unverified = serverConfig({ type, server }, { server: { tls: { mode: "require" } } });
        assert.deepEqual(await readIn({ net }, unverified), ROWS);
        const elsewhere = await readIn({ net: ["127.0.0.1:1"] }, serverConfig({ type, server }));
        assert.equal(
          elsewhere.kind === "failed" ? elsewhere.code : "",
          "AccessDenied",
          JSON.stringify(elsewhere),
        );
      } finally {
        await server.stop();
      }
    },
  });
}

serverTest("mysql", startMariaDb);
serverTest("postgres", startPostgres);

function sqliteConfig(path: string): SourceConfig {
  return { type: "sqlite", path, deadlines: { connectMs: 60_000, queryMs: 60_000 } };
}

function codeOf(reply: ReaderReply): string {
  return reply.kind === "failed" ? reply.code : JSON.stringify(reply);
}

Deno.test("a SQLite source needs to read its file and the program's modules, nothing else", async () => {
  await using file = await sqliteFile(TABLE);
  const config = sqliteConfig(file.path);
  assert.deepEqual(await readIn({ read: [PROGRAM, file.path] }, config), ROWS);
  assert.equal(codeOf(await readIn({ read: [PROGRAM] }, config)), "AccessDenied");
});

Deno.test("a SQLite source whose threads are the launching thread's reads none but the files that it serves", async () => {
  await using file = await sqliteFile(TABLE);
  const config = sqliteConfig(file.path);
  const served = [dirname(file.path)];
  assert.deepEqual(await readIn({}, config, served), ROWS);
  assert.equal(codeOf(await readIn({}, sqliteConfig(`${file.path}.gone`), served)), "DatabaseNotFound");
  for (const other of [[], [`${file.path}2`], ["/var/lib/lynq"]]) {
    assert.equal(codeOf(await readIn({}, config, other)), "AccessDenied");
  }
  const around = sqliteConfig(`${dirname(file.path)}/../../etc/passwd`);
  assert.equal(codeOf(await readIn({}, around, served)), "AccessDenied");
});
