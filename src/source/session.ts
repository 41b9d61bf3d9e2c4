import type { SourceDeadlines } from "./config.ts";
import { Deadline } from "./deadline.ts";
import { checkColumns, type Dialect, planRead, type ReadPlan } from "./identifier.ts";
import type { RawRow, RowQuery, RowSource } from "./port.ts";

/** Rows in a page at most: what a read holds in memory. */
export const PAGE_ROWS = 500;

/**
 * Bytes that a server may send while a page is asked for, and for anything else: a driver holds them all. A page may have a
 * few cells beyond what a LynqNode can hold, which are told one by one.
 */
export const PAGE_BYTES = 64 * 2 ** 20;
export const ANSWER_BYTES = 4 * 2 ** 20;

/**
 * One connection for one read. Methods are called in the order below, never two at a time, and reject with
 * `SourceError` only. Deadlines and abort are the caller's: it stops waiting, then calls `destroy`.
 */
export interface Session {
  /** Connects, authenticates and begins a read-only transaction with time zone UTC. */
  connect(): Promise<void>;
  /** The columns of the plan's table, in its order. Throws TableNotFound when there is none. */
  columns(): Promise<readonly string[]>;
  /** The next page of the plan's SELECT, of 1 to `PAGE_ROWS` rows; empty at the end. */
  next(): Promise<readonly RawRow[]>;
  /** Ends the transaction and says goodbye to the server. */
  finish(): Promise<void>;
  /** Drops the connection at once. Never throws; may be called at any time and twice. */
  destroy(): void;
}

/** One kind of database: its names and its connections. */
export interface Adapter {
  readonly dialect: Dialect;
  /** What is read, for messages: type, host and port, or path. Holds no secret. */
  readonly title: string;
  readonly deadlines: SourceDeadlines;
  open(plan: ReadPlan): Session;
}

/** The limit to give the server: later than ours, so that the deadline has one name, and what every server takes. */
export function serverLimitMs(queryMs: number): number {
  return Math.min(Math.ceil(queryMs) + 1_000, 2 ** 31 - 1);
}

/** How long a finished read waits for the server's goodbye; the rows are complete by then. */
const FINISH_MS = 1_000;

/** The port over sessions: every read has its own connection, which ends with it. */
export class SessionSource implements RowSource {
  readonly #adapter: Adapter;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #sessions = new Set<Session>();

  constructor(adapter: Adapter, signal: AbortSignal) {
    this.#adapter = adapter;
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
  }

  async *read(query: RowQuery, signal: AbortSignal): AsyncGenerator<readonly RawRow[], void, void> {
    const { deadlines, dialect, title } = this.#adapter;
    const plan = planRead(query, dialect);
    const session = this.#adapter.open(plan);
    this.#sessions.add(session);
    const either = AbortSignal.any([signal, this.#signal]);
    try {
      await within(session.connect(), {
        ...{ milliseconds: deadlines.connectMs, signal: either, code: "ConnectTimeout" },
        what: `connecting to ${title}`,
      });
      using deadline = new Deadline({
        ...{ milliseconds: deadlines.queryMs, signal: either, code: "QueryTimeout" },
        what: `reading ${query.table} from ${title}`,
      });
      checkColumns(plan, await deadline.race(session.columns()), dialect);
      for (;;) {
        const page = await deadline.race(session.next());
        if (page.length === 0) break;
        yield page;
      }
      await goodbye(session);
    } finally {
      session.destroy();
      this.#sessions.delete(session);
    }
  }

  close(): Promise<void> {
    this.#closed.abort();
    for (const session of this.#sessions) session.destroy();
    return Promise.resolve();
  }
}

async function within<T>(work: Promise<T>, options: ConstructorParameters<typeof Deadline>[0]): Promise<T> {
  using deadline = new Deadline(options);
  return await deadline.race(work);
}

/** A goodbye that fails or stalls loses nothing: every row has been read. */
async function goodbye(session: Session): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, FINISH_MS);
  await Promise.race([session.finish().catch(() => {}), timer.promise]);
  clearTimeout(handle);
}
