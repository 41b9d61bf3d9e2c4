import assert from "node:assert/strict";

/** A `lynq demo` in a process of its own, with the flags of the task in deno.json. */
export interface Demo {
  /** Waits for a line; "after the last one" looks only behind the lines that were waited for before. */
  line(pattern: RegExp, from?: "after the last one"): Promise<void>;
  folder(): string;
  get<Body>(path: string): Promise<{ status: number; body: Body }>;
  /** DELETE of an object; the answer's status. */
  remove(path: string): Promise<number>;
  /** Waits until the object is gone. */
  absent(path: string): Promise<void>;
  signal(signal: Deno.Signal): void;
  ended(): Promise<{ code: number; text: string }>;
}

const ROOT = new URL("../../", import.meta.url);
/** Only to end a test that would wait for ever. */
const PATIENCE_MS = 120_000;

export function startDemo(...args: string[]): Demo {
  const child = command(args).spawn();
  const output = new Output(child);
  const url = (path: string) => `${output.match(/http:\/\/127\.0\.0\.1:\d+/)}${path}`;
  const exit = child.status;
  const get = async <Body>(path: string) => {
    const response = await fetch(url(path));
    return { status: response.status, body: await response.json() as Body };
  };
  return {
    line: (pattern, from) => output.line(pattern, from),
    folder: () => output.match(/\/\S*lynq-demo-[0-9a-f]+/),
    get,
    remove: async (path) => {
      const response = await fetch(url(path), { method: "DELETE" });
      await response.body?.cancel();
      return response.status;
    },
    absent: async (path) => {
      const end = Date.now() + PATIENCE_MS;
      while ((await get(path)).status !== 404) {
        assert.ok(Date.now() < end, `${path} is still there`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    signal: (signal) => child.kill(signal),
    ended: async () => {
      const [{ code }] = await Promise.all([exit, output.done]);
      return { code, text: output.text };
    },
  };
}

/** `lynq demo sql` on the rows of the demo in that folder. */
export async function startDemoSql(
  folder: string,
  statement: string,
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await command(["sql", "--folder", folder, statement]).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** What a demo that ended has left: its folder, and the servers that it told of. */
export async function demoLeftovers(text: string): Promise<string[]> {
  const folder = /\/\S*lynq-demo-[0-9a-f]+/.exec(text)?.[0];
  const servers = [...new Set(text.match(/http:\/\/127\.0\.0\.1:\d+/g))];
  assert.ok(folder !== undefined && servers.length === 2, text);
  const there = await Deno.stat(folder).then(() => [folder], () => []);
  const answering = await Promise.all(
    servers.map((server) =>
      fetch(server).then(async ({ body }) => (await body?.cancel(), [server]), () => [])
    ),
  );
  return [...there, ...answering.flat()];
}

/** The task's own command without a shell, so that a signal reaches the demo and its permissions are what is tested. */
function command(args: readonly string[]): Deno.Command {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const [deno, ...flags] = String(tasks.demo.command).split(" ");
  assert.equal(deno, "deno");
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

class Output {
  readonly done: Promise<unknown>;
  text = "";
  #seen = 0;
  #wake = Promise.withResolvers<void>();
  #ended = false;

  constructor(child: Deno.ChildProcess) {
    this.done = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]).then(() => {
      this.#ended = true;
      this.#wake.resolve();
    });
  }

  async line(pattern: RegExp, from?: "after the last one"): Promise<void> {
    const timer = setTimeout(
      () => this.#wake.reject(new Error(`no ${pattern} in: ${this.text}`)),
      PATIENCE_MS,
    );
    try {
      for (;;) {
        const start = from === undefined ? 0 : this.#seen;
        const found = pattern.exec(this.text.slice(start));
        if (found !== null) {
          this.#seen = Math.max(this.#seen, start + found.index + found[0].length);
          return;
        }
        assert.ok(!this.#ended, `no ${pattern} in: ${this.text}`);
        await this.#wake.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  match(pattern: RegExp): string {
    const found = pattern.exec(this.text)?.[0];
    assert.ok(found !== undefined, `no ${pattern} in: ${this.text}`);
    return found;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (
      const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      this.text += chunk;
      const { resolve } = this.#wake;
      this.#wake = Promise.withResolvers();
      resolve();
    }
  }
}
