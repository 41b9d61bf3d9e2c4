/** So often one object may tell the same error after one change: a back-off from 50 ms comes by ten times in a minute. */
const MOST_OF_ONE = 15;

/** What Deno says of packages that this machine did not have yet. */
// deno-lint-ignore no-control-regex
const FETCHING = /^(?:\x1b\[[0-9;]*m)*(?:Download|Initialize) /;

/** Reads the operator's log as it comes, by its fields. */
export class LogWatch {
  readonly #lines: readonly string[];
  #read = 0;

  /** What was told before, while the program was fetched and started, does not count. */
  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#read = lines.length;
  }

  /** What the lines since `from` tell of errors that repeat themselves, for the objects of one namespace. */
  loops(namespace: string, from: number): string[] {
    const counts = new Map<string, number>();
    for (const line of this.#lines.slice(from)) {
      const told = parsed(line);
      if (told?.["level"] !== "error" || told["namespace"] !== namespace) continue;
      const { msg, controller, name, error } = told;
      const key = [msg, controller, name, error].join(" | ");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].filter(([, count]) => count > MOST_OF_ONE).map(([key, count]) =>
      `${count} times: ${key}`
    );
  }

  /** Lines that are no log entries: what the runtime says when a program goes wrong. */
  strange(): string[] {
    const fresh = this.#lines.slice(this.#read);
    this.#read = this.#lines.length;
    return fresh.filter((line) => parsed(line)?.["level"] === undefined && !FETCHING.test(line));
  }

  get length(): number {
    return this.#lines.length;
  }

  last(namespace: string): string[] {
    return this.#lines.filter((line) => line.includes(namespace)).slice(-15);
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
