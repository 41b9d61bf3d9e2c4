import assert from "node:assert/strict";
import fc from "fast-check";
import { SourceError } from "../../src/source/port.ts";
import { failure, query, readRows } from "./source_contract.ts";
import { greeting, OK, receive, receivePacket, sendPacket } from "./source_scripted.ts";
import { scriptedConfig as config, scriptedServer } from "./source_scripted.ts";

/** Servers that send more than anybody asked for, or nothing that a client could read. */

type Talk = (connection: Deno.Conn) => Promise<void>;
type ServerType = "mysql" | "postgres";

/** More than any read takes. */
const FLOOD = 512 * 2 ** 20;
/** What a read takes at most, and what the buffers of two sockets hold besides. */
const MOST_TAKEN = 64 * 2 ** 20;

/** Sends all of it; throws where the client has gone. */
async function send(connection: Deno.Conn, bytes: Uint8Array): Promise<number> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  return bytes.length;
}

/** Sends this again and again, until the client has gone; how many bytes that were. */
async function flood(connection: Deno.Conn, pieces: readonly Uint8Array[]): Promise<number> {
  let sent = 0;
  try {
    while (sent < FLOOD) for (const piece of pieces) sent += await send(connection, piece);
  } catch (error) {
    assert(!(error instanceof assert.AssertionError));
  }
  return sent;
}

/** The handshake up to the first question. */
const GREETED: Readonly<Record<ServerType, Talk>> = {
  mysql: async (connection) => {
    await sendPacket(connection, 0, greeting());
    await receivePacket(connection);
    await sendPacket(connection, 2, OK);
    await receivePacket(connection);
  },
  postgres: async (connection) => {
    const [, , high = 0, low = 0] = await receive(connection, 4);
    await receive(connection, (high << 8) + low - 4);
    await send(connection, message("R", 0, 0, 0, 0));
    await send(connection, message("Z", 73));
    await connection.read(new Uint8Array(1024));
  },
};

/** A message of PostgreSQL. */
function message(type: string, ...payload: readonly number[]): Uint8Array {
  const length = payload.length + 4;
  return Uint8Array.from([type.charCodeAt(0), 0, 0, length >> 8, length & 0xff, ...payload]);
}

const filled = (length: number, of: readonly number[]) =>
  new Uint8Array(length * of.length).map((_, at) => of[at % of.length] ?? 0);

/** Numbered rows of MySQL with one value each; the numbers begin anew behind 255. */
const SMALL_ROWS = new Uint8Array(256 * 7 * 32).map((_, at) =>
  at % 7 === 3 ? (4 + Math.floor(at / 7)) % 256 : [3, 0, 0, 0, 2, 97, 98][at % 7] ?? 0
);
const PIECES = Array.from({ length: 257 }, (_, n) => new Uint8Array(n === 256 ? 255 : 65_536));

/** The definition of a column of MySQL named `a`. */
function column(): readonly number[] {
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const names = ["def", "", "", "", "a", "a"].flatMap(text);
  return [...names, 12, 45, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0];
}

/** How a server goes on after the first question; the bytes that it got rid of. */
const FLOODS: readonly {
  readonly type: ServerType;
  readonly sends: string;
  readonly answer: (connection: Deno.Conn) => Promise<number>;
}[] = [
  {
    type: "mysql",
    sends: "a packet that another one always continues",
    answer: (connection) => flood(connection, [Uint8Array.of(0xff, 0xff, 0xff, 1), ...PIECES]),
  },
  {
    type: "mysql",
    sends: "rows without end",
    answer: async (connection) => {
      await sendPacket(connection, 1, [1]);
      await sendPacket(connection, 2, column());
      await sendPacket(connection, 3, [0xfe, 0, 0, 2, 0]);
      return await flood(connection, [SMALL_ROWS]);
    },
  },
  {
    type: "postgres",
    sends: "a message of two gigabytes",
    answer: async (connection) => {
      await send(connection, Uint8Array.of(68, 0x7f, 0xff, 0xff, 0xff));
      return await flood(connection, [new Uint8Array(65_536)]);
    },
  },
  {
    type: "postgres",
    sends: "rows without end",
    answer: async (connection) => {
      await send(connection, message("T", 0, 0));
      return await flood(connection, [filled(10_000, [...message("D", 0, 0)])]);
    },
  },
];

for (const { type, sends, answer } of FLOODS) {
  Deno.test(`a ${type} server that sends ${sends} is left before it fills the memory`, async () => {
    let sent = 0;
    const server = scriptedServer(async (connection) => {
      await GREETED[type](connection);
      sent = await answer(connection);
    });
    await failure(readRows(config(type, server.port, "disable"), query("t", "id")), "TooLarge");
    await server[Symbol.asyncDispose]();
    assert.ok(sent < MOST_TAKEN, `${sent} bytes`);
  });
}

/** Bytes that no server would send, of them some that begin well. */
const NONSENSE: Readonly<Record<ServerType, fc.Arbitrary<Uint8Array>>> = {
  mysql: fc.tuple(
    fc.constantFrom([], [3, 0, 0, 1], [1, 0, 0, 1, 2], [0, 0, 0, 1]),
    fc.uint8Array({ maxLength: 60 }),
  )
    .map(([start, rest]) => Uint8Array.from([...start, ...rest])),
  postgres: fc.tuple(
    fc.constantFrom("D", "T", "E", "C", "S", "R", "t", "N", "A"),
    fc.uint8Array({ maxLength: 60 }),
  )
    .map(([type, rest]) => message(type, ...rest)),
};

for (const type of ["mysql", "postgres"] as const) {
  Deno.test(`what a ${type} server sends that nobody can read fails the read, and nothing else`, async () => {
    for (const nonsense of fc.sample(NONSENSE[type], { seed: 11, numRuns: 150 })) {
      const server = scriptedServer(async (connection) => {
        await GREETED[type](connection);
        await send(connection, nonsense);
      });
      await assert.rejects(
        readRows(config(type, server.port, "disable"), query("t", "id")),
        SourceError,
        nonsense.join(),
      );
      await server.done.catch(() => undefined);
      await server[Symbol.asyncDispose]();
    }
  });
}
