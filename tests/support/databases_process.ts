/** A server process that a test started. */
export interface StartedProcess {
  readonly pid: number;
  /** Kills by pid and waits until the process is gone. */
  kill(signal: Deno.Signal): Promise<void>;
  /** What the process wrote to stderr so far. */
  log(): string;
}

/** Numeric ids of a system user, for servers that refuse to run as root. Undefined when this process is not root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

export async function systemUser(name: string): Promise<SystemUser | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
  return { uid: Number(uid), gid: Number(gid) };
}

export interface RunOptions {
  readonly user?: SystemUser | undefined;
  readonly input?: string | undefined;
}

/** Runs a program to its end and returns its output. Throws with the program's stderr when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = new Deno.Command(program, {
    ...{ args: [...args], stdin: "piped", stdout: "piped", stderr: "piped", ...options.user },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.input ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) throw new Error(`${program} failed with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Starts a server in the background. */
export function start(
  program: string,
  args: readonly string[],
  user: SystemUser | undefined,
): StartedProcess {
  const child = new Deno.Command(program, {
    ...{ args: [...args], stdin: "null", stdout: "null", stderr: "piped", ...user },
  }).spawn();
  const lines: string[] = [];
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) lines.push(text);
  })();
  return {
    pid: child.pid,
    log: () => lines.join(""),
    async kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // It had ended already.
      }
      await child.status;
      await reading;
    },
  };
}

/** Polls until `probe` succeeds; throws what the process said when it does not within a minute. */
export async function untilReady(process: StartedProcess, probe: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const ready = await probe().then(() => true, () => false);
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`process ${process.pid} is not ready after a minute: ${process.log()}`);
}

/** A port of the loopback address that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
