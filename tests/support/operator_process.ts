import config from "../../deno.json" with { type: "json" };
import { TextLineStream } from "./text_lines.ts";

/** The operator as a user starts it: a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  /** Every line that it wrote so far. */
  readonly lines: readonly string[];
  /** SIGTERM; the exit code. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: none of its threads goes on until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** The exit code, once it has ended by itself. */
  readonly ended: Promise<number>;
}

export interface OperatorProcessOptions {
  readonly kubeconfig: string;
  readonly sourceHosts?: readonly string[];
  readonly sourcePaths?: readonly string[];
  readonly flags?: readonly string[];
  /** What it logs once it counts as started; that its controllers run unless told. */
  readonly startedBy?: string;
  /** What is run in place of the operator, with flags of Deno: permissions and a module. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What follows `deno run` in the task. */
const OPERATOR = config.tasks.operator.command.split(" ").slice(2);

const ROOT = new URL("../../", import.meta.url).pathname;

/** Starts `deno task operator`'s command with servers off and waits until it counts as started. */
export async function startOperatorProcess(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", ...options.program ?? OPERATOR],
      `--kubeconfig=${options.kubeconfig}`,
      ...(options.sourceHosts === undefined ? [] : [`--source-hosts=${options.sourceHosts.join(",")}`]),
      ...(options.sourcePaths === undefined ? [] : [`--source-paths=${options.sourcePaths.join(",")}`]),
      ...["--health-probe-bind-address=0", "--dashboard-bind-address=0", "--metrics-bind-address=0"],
      ...options.flags ?? [],
    ],
    cwd: ROOT,
    env: options.env ?? {},
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const started = Promise.withResolvers<void>();
  const { startedBy = "starting manager" } = options;
  const read = (async () => {
    for await (
      const line of child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    ) {
      lines.push(line);
      if (line.includes(`"${startedBy}"`)) started.resolve();
    }
    started.reject(new Error(`the operator ended:\n${lines.slice(-20).join("\n")}`));
  })();
  started.promise.catch(() => undefined);
  const ended = (async () => {
    const { code } = await child.status;
    await read;
    return code;
  })();
  try {
    await started.promise;
  } catch (error) {
    await ended;
    throw error;
  }
  return {
    pid: child.pid,
    lines,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    ended,
  };
}
