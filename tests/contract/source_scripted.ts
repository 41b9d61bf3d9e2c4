import type { SourceConfig } from "../../src/source/config.ts";

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Settles when the script has ended. */
  readonly done: Promise<void>;
}

/** Runs `script` on the first connection, then closes it. */
export function scriptedServer(script: (connection: Deno.Conn) => Promise<void>): ScriptedServer {
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

export function scriptedConfig(
  type: "mysql" | "postgres",
  port: number,
  mode: "disable" | "require",
): SourceConfig {
  return {
    type,
    server: { host: "127.0.0.1", port, username: "reader", password: "pw", database: "nodes", tls: { mode } },
    deadlines: { connectMs: 60_000, queryMs: 60_000 },
  };
}

/** Bytes until `count` have come. */
export async function receive(connection: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let filled = 0; filled < count;) {
    const read = await connection.read(bytes.subarray(filled));
    if (read === null) throw new Error("the client left");
    filled += read;
  }
  return bytes;
}

/** One packet of MySQL: three bytes of length, a sequence number, the payload. */
export async function receivePacket(connection: Deno.Conn): Promise<Uint8Array> {
  const [low = 0, middle = 0, high = 0] = await receive(connection, 4);
  return await receive(connection, low + (middle << 8) + (high << 16));
}

export async function sendPacket(
  connection: Deno.Conn,
  sequence: number,
  payload: readonly number[],
): Promise<void> {
  await connection.write(
    Uint8Array.from([payload.length & 0xff, payload.length >> 8, 0, sequence, ...payload]),
  );
}

export const LOCAL_FILES = 0x80;
const CAPABILITIES = 0x00_08_82_08 | LOCAL_FILES; // plugin, secure connection, 4.1 protocol, database; no TLS

/** Initial handshake packet, version 10 of the protocol. */
export function greeting(): readonly number[] {
  const text = (value: string) => [...new TextEncoder().encode(`${value}\0`)];
  const u16 = (value: number) => [value & 0xff, (value >> 8) & 0xff];
  const scramble = (length: number) => Array.from({ length }, (_, index) => 33 + index);
  return [
    ...[10, ...text("8.0.0"), 1, 0, 0, 0, ...scramble(8), 0, ...u16(CAPABILITIES), 45, 2, 0],
    ...[...u16(CAPABILITIES >> 16), 21, ...Array<number>(10).fill(0), ...scramble(12), 0],
    ...text("mysql_native_password"),
  ];
}

/** An OK packet of MySQL. */
export const OK = [0, 0, 0, 2, 0, 0, 0];
