import { launchedThreads } from "../../src/operator/launched_threads.ts";
import type { LaunchedThread } from "../../src/operator/messages.ts";
import type { SourceConfig } from "../../src/source/config.ts";
import { openSource } from "../../src/source/open.ts";
import { type RawRow, type RowQuery, SourceError } from "../../src/source/port.ts";
import { KeptReaders } from "../../src/source/sqlite_readers.ts";

/** Reads one query in a worker, whose permissions are the test's subject, and posts what came of it. */
export interface ReaderRequest {
  readonly config: SourceConfig;
  readonly query: RowQuery;
  /** Whether the thread that reads a SQLite file is the launching thread's, as the operator has it. */
  readonly launched: boolean;
}

export type ReaderReply =
  | LaunchedThread
  | { readonly kind: "rows"; readonly rows: readonly RawRow[] }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

self.onmessage = ({ data }: MessageEvent<ReaderRequest>) => {
  read(data).then((reply) => self.postMessage(reply), (cause: unknown) => self.postMessage(failed(cause)));
};

const readers = new KeptReaders(
  launchedThreads((thread, transfer) => self.postMessage(thread, [...transfer])),
);

async function read({ config, query, launched }: ReaderRequest): Promise<ReaderReply> {
  const never = new AbortController().signal;
  const source = openSource(config, never, launched ? { readers } : {});
  const rows: RawRow[] = [];
  for await (const page of source.read(query, never)) rows.push(...page.map((row) => ({ ...row })));
  await source.close();
  return { kind: "rows", rows };
}

function failed(cause: unknown): ReaderReply {
  if (cause instanceof SourceError) return { kind: "failed", code: cause.code, message: cause.message };
  return { kind: "failed", code: "none", message: String(cause) };
}
