import assert from "node:assert/strict";
import type { SourceConfig } from "./config.ts";
import { openSource } from "./open.ts";
import { SourceError } from "./port.ts";

/** What a server that listens on this machine gets of a read that is refused by its address. */
async function received(type: "mysql" | "postgres", mode: "disable" | "require"): Promise<Uint8Array> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const got = (async () => {
    const connection = await listener.accept();
    const parts: number[] = [];
    const buffer = new Uint8Array(1024);
    for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
      parts.push(...buffer.subarray(0, n));
    }
    connection.close();
    return new Uint8Array(parts);
  })();
  const { port } = listener.addr;
  const server = { host: "localhost", port, username: "u", password: "p", database: "d", tls: { mode } };
  const config: SourceConfig = { type, server, deadlines: { connectMs: 60_000, queryMs: 60_000 } };
  const { signal } = new AbortController();
  const addresses: string[] = [];
  const check = (address: string) => {
    addresses.push(address);
    return new SourceError("not there", { code: "InvalidConfig", remedy: "elsewhere" });
  };
  const source = openSource(config, signal, { check });
  const query = { table: "t", columns: [{ variable: "id", column: "id" }] };
  await assert.rejects(Array.fromAsync(source.read(query, signal)), {
    name: "SourceError",
    code: "InvalidConfig",
  });
  await source.close();
  assert.deepEqual(addresses, ["127.0.0.1"]);
  listener.close();
  return await got;
}

for (const type of ["mysql", "postgres"] as const) {
  for (const mode of ["disable", "require"] as const) {
    Deno.test(`${type}, tls ${mode}: no byte goes to an address that a name should not have`, async () => {
      assert.equal((await received(type, mode)).length, 0);
    });
  }
}
