import { SqliteReader, type StartThread, startThread } from "./sqlite_reader.ts";

/** Where a read of a SQLite file has its thread from. */
export interface SqliteReaders {
  take(path: string): SqliteReader;
  /** The thread has no file open any more. One that was given up in the middle is ended, and not given back. */
  giveBack(reader: SqliteReader): void;
}

/** A thread for each read, which may read that one file. */
export const ownReaders: SqliteReaders = {
  take: (path) => new SqliteReader((order) => startThread([path], order)),
  giveBack: (reader) => reader.end(),
};

/** How long a thread waits for its next read: longer than hubs do that are read often. */
const IDLE_MS = 60_000;

/** After so many files a thread ends, and with it whatever the runtime has kept of them. */
const MOST_FILES = 1000;

/**
 * Threads that are kept for the next read of any file. To begin one takes twenty milliseconds of a core, and ten
 * megabytes until it has wholly ended, a read one or two. There are never more than there were reads at once.
 */
export class KeptReaders implements SqliteReaders {
  readonly #start: StartThread;
  readonly #idleMs: number;
  readonly #idle = new Map<SqliteReader, ReturnType<typeof setTimeout>>();
  #closed = false;

  constructor(start: StartThread, idleMs = IDLE_MS) {
    this.#start = start;
    this.#idleMs = idleMs;
  }

  take(): SqliteReader {
    // The last one that came back, so that those that there are too many of end.
    for (const reader of [...this.#idle.keys()].toReversed()) {
      clearTimeout(this.#idle.get(reader));
      this.#idle.delete(reader);
      if (!reader.isGone) return reader;
      reader.end();
    }
    return new SqliteReader(this.#start);
  }

  giveBack(reader: SqliteReader): void {
    if (this.#closed || reader.files >= MOST_FILES) return reader.end();
    const timer = setTimeout(() => {
      this.#idle.delete(reader);
      reader.end();
    }, this.#idleMs);
    this.#idle.set(reader, timer);
  }

  /** Ends those that wait; those at work end when they are given back. */
  close(): void {
    this.#closed = true;
    for (const [reader, timer] of this.#idle) {
      clearTimeout(timer);
      reader.end();
    }
    this.#idle.clear();
  }
}
