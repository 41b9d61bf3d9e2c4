import assert from "node:assert/strict";
import type { SourceConfig } from "../../src/source/config.ts";
import { failure, query, readRows } from "./source_contract.ts";

/** Servers that no test installs: without TLS, or asking for what a client must not give. */

interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Settles when the script has ended. */
  readonly done: Promise<void>;
}

/** Runs `script` on the first connection, then closes it. */
function scriptedServer(script: (connection: Deno.Conn) => Promise<void>): ScriptedServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await script(connection);
  })();
  return {
    port: listener.addr.port,
    done: serving,
    async [Symbol.asyncDispose]() {
      await serving;
      listener.close();
    },
  };
}

function config(type: "mysql" | "postgres", port: number, mode: "disable" | "require"): SourceConfig {
  return {
    type,
    server: { host: "127.0.0.1", port, username: "reader", password: "pw", database: "nodes", tls: { mode } },
    deadlines: { connectMs: 60_000, queryMs: 60_000 },
  };
}

/** Bytes until `count` have come. */
async function receive(connection: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let filled = 0; filled < count;) {
    const read = await connection.read(bytes.subarray(filled));
    if (read === null) throw new Error("the client left");
    filled += read;
  }
  return bytes;
}

/** One packet of MySQL: three bytes of length, a sequence number, the payload. */
async function receivePacket(connection: Deno.Conn): Promise<Uint8Array> {
  const [low = 0, middle = 0, high = 0] = await receive(connection, 4);
  return await receive(connection, low + (middle << 8) + (high << 16));
}

async function sendPacket(
  connection: Deno.Conn,
  sequence: number,
  payload: readonly number[],
): Promise<void> {
  await connection.write(
    Uint8Array.from([payload.length & 0xff, payload.length >> 8, 0, sequence, ...payload]),
  );
}

const LOCAL_FILES = 0x80;
const CAPABILITIES = 0x00_08_82_08 | LOCAL_FILES; // plugin, secure connection, 4.1 protocol, database; no TLS

/** Initial handshake packet, version 10 of the protocol. */
function greeting(): readonly number[] {
  const text = (value: string) => [...new TextEncoder().encode(`${value}\0`)];
  const u16 = (value: number) => [value & 0xff, (value >> 8) & 0xff];
  const scramble = (length: number) => Array.from({ length }, (_, index) => 33 + index);
  return [
    ...[10, ...text("8.0.0"), 1, 0, 0, 0, ...scramble(8), 0, ...u16(CAPABILITIES), 45, 2, 0],
    ...[...u16(CAPABILITIES >> 16), 21, ...Array<number>(10).fill(0), ...scramble(12), 0],
    ...text("mysql_native_password"),
  ];
}

const OK = [0, 0, 0, 2, 0, 0, 0];

Deno.test("a MySQL server that asks for a local file gets nothing", async () => {
  const seen: { flags: number; sent: Uint8Array | undefined } = { flags: 0, sent: undefined };
  await using server = scriptedServer(async (connection) => {
    await sendPacket(connection, 0, greeting());
    seen.flags = (await receivePacket(connection))[0] ?? 0;
    await sendPacket(connection, 2, OK);
    for (const _ of ["settings", "transaction"]) {
      await receivePacket(connection);
      await sendPacket(connection, 1, OK);
    }
    await receivePacket(connection);
    await sendPacket(connection, 1, [0xfb, ...new TextEncoder().encode("/etc/hostname")]);
    seen.sent = await receivePacket(connection);
    await sendPacket(connection, 3, OK);
  });
  await failure(readRows(config("mysql", server.port, "disable"), query("t", "id")), "QueryFailed");
  assert.equal(seen.flags & LOCAL_FILES, 0, "the client does not offer local files");
  assert.equal(seen.sent?.length, 0, "the client sends an empty file");
});

Deno.test("a MySQL server without TLS is refused when TLS is required, before the password is sent", async () => {
  const seen: { more: number | null | undefined } = { more: undefined };
  await using server = scriptedServer(async (connection) => {
    await sendPacket(connection, 0, greeting());
    seen.more = await connection.read(new Uint8Array(100)).catch(() => null);
  });
  await failure(readRows(config("mysql", server.port, "require"), query("t", "id")), "TlsFailed");
  await server.done;
  assert.equal(seen.more, null, "the client hung up");
});

Deno.test("a PostgreSQL server without TLS is refused when TLS is required, before the password is sent", async () => {
  const seen: { more: number | null | undefined } = { more: undefined };
  await using server = scriptedServer(async (connection) => {
    await receive(connection, 8);
    await connection.write(new TextEncoder().encode("N"));
    seen.more = await connection.read(new Uint8Array(100)).catch(() => null);
  });
  await failure(readRows(config("postgres", server.port, "require"), query("t", "id")), "TlsFailed");
  await server.done;
  assert.equal(seen.more, null, "the client hung up");
});

Deno.test("a server that hangs up while connecting is told as a lost connection, not as no rows", async () => {
  for (const type of ["mysql", "postgres"] as const) {
    await using server = scriptedServer(() => Promise.resolve());
    await failure(readRows(config(type, server.port, "disable"), query("t", "id")), "ConnectionLost");
  }
});
