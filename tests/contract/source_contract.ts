import assert from "node:assert/strict";
import type { SourceConfig } from "../../src/source/config.ts";
import { openSource } from "../../src/source/open.ts";
import { type RawRow, type RowQuery, SourceError, type SourceErrorCode } from "../../src/source/port.ts";
import type { TypeCase } from "./source_types.ts";

/** A database that the contract runs against, with its own spelling of what a case needs. */
export interface ContractDatabase {
  /** Settings of a reader; `queryMs` is a minute unless told. */
  config(queryMs?: number): SourceConfig;
  /** Settings of which connecting must fail, to prove that something is refused before. */
  unreachable(): SourceConfig;
  exec(sql: string): Promise<unknown>;
  /** A name for `table` with the database or schema in front. */
  dotted(table: string): string;
  readonly quote: (name: string) => string;
  /** Fills `table(id, pad)` with ids from 1 to `count` and `bytes` of padding each. */
  fill(table: string, size: { readonly count: number; readonly bytes: number }): string;
  /** A SELECT that gives no row for a long time, or never ends. */
  readonly slowSelect: string;
  readonly types: readonly TypeCase[];
  /** A column type that takes any bytes, and a literal of bytes that are no UTF-8. */
  readonly notUtf8: { readonly type: string; readonly literal: string };
  /** How many of the reader's connections the server has. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export interface Behaviour<Database extends ContractDatabase = ContractDatabase> {
  readonly name: string;
  readonly run: (database: Database) => Promise<void>;
}

export const never: AbortSignal = new AbortController().signal;

/** Registers every behaviour against one database that they share; `skip` is the reason when it cannot run here. */
export function contractTests<Database extends ContractDatabase>(
  name: string,
  options: {
    readonly skip: string | undefined;
    readonly start: () => Promise<Database>;
    readonly behaviours: readonly Behaviour<Database>[];
  },
): void {
  const title = options.skip === undefined ? name : `${name} (skipped: ${options.skip})`;
  Deno.test({
    name: title,
    ignore: options.skip !== undefined,
    async fn(t) {
      const database = await options.start();
      try {
        for (const behaviour of options.behaviours) {
          await t.step(behaviour.name, () => behaviour.run(database));
        }
      } finally {
        await database.stop();
      }
    },
  });
}

export function query(table: string, ...columns: readonly string[]): RowQuery {
  return { table, columns: columns.map((column) => ({ variable: column, column })) };
}

/** Reads to the end, keeping every page. */
export async function readPages(
  config: SourceConfig,
  wanted: RowQuery,
  signal = never,
): Promise<(readonly RawRow[])[]> {
  const source = openSource(config, never);
  const pages: (readonly RawRow[])[] = [];
  try {
    for await (const page of source.read(wanted, signal)) pages.push(page);
  } finally {
    await source.close();
  }
  return pages;
}

export async function readRows(config: SourceConfig, wanted: RowQuery): Promise<RawRow[]> {
  return (await readPages(config, wanted)).flat();
}

/** The error of work that must fail, with the code it must have. */
export async function failure(work: Promise<unknown>, code: SourceErrorCode): Promise<SourceError> {
  const error = await work.then(() => undefined, (cause: unknown) => cause);
  assert.ok(error instanceof SourceError, `expected SourceError ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.notEqual(error.remedy, "");
  return error;
}

/** Asks until `done`, or for half a minute: sooner than a server gives up a silent client by itself. */
export async function eventually(what: string, done: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`${what} did not happen within half a minute`);
}
