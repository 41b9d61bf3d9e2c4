import { SourceError, type SourceErrorCode } from "./port.ts";

export interface DeadlineOptions {
  readonly milliseconds: number;
  readonly signal: AbortSignal;
  readonly code: Extract<SourceErrorCode, "ConnectTimeout" | "QueryTimeout">;
  /** What did not finish, for the message. */
  readonly what: string;
}

/**
 * A stretch of work with an end: `race` rejects at the deadline or on abort, whatever the driver does meanwhile.
 * The work that lost is not stopped here; whoever owns the connection destroys it.
 */
export class Deadline implements Disposable {
  readonly #stopped = Promise.withResolvers<never>();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #signal: AbortSignal;
  readonly #abort: () => void;

  constructor(options: DeadlineOptions) {
    this.#signal = options.signal;
    this.#abort = () => this.#stopped.reject(aborted(options));
    this.#stopped.promise.catch(() => {});
    const delay = Math.min(options.milliseconds, MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#stopped.reject(expired(options)), delay);
    if (this.#signal.aborted) this.#abort();
    else this.#signal.addEventListener("abort", this.#abort, { once: true });
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#stopped.promise, work]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#abort);
  }
}

/** The longest delay that a timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const REMEDIES = {
  ConnectTimeout: "check host, port and network policies; the address accepts nothing or does not answer",
  QueryTimeout: "index or simplify the table or view, look for locks on it, or raise the query deadline",
} as const;

function expired({ what, milliseconds, code }: DeadlineOptions): SourceError {
  return new SourceError(`${what} took longer than ${milliseconds} ms`, { code, remedy: REMEDIES[code] });
}

function aborted({ what }: DeadlineOptions): SourceError {
  return new SourceError(`${what} was aborted`, {
    code: "Aborted",
    remedy: "nothing to do: the read was cancelled, the next sync reads again",
  });
}
