import assert from "node:assert/strict";
import { failure, query, readRows } from "./source_contract.ts";
import {
  greeting,
  LOCAL_FILES,
  OK,
  receive,
  receivePacket,
  scriptedConfig as config,
  scriptedServer,
  sendPacket,
} from "./source_scripted.ts";

/** Servers that no test installs: without TLS, or asking for what a client must not give. */

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
