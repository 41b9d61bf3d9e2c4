/// <reference lib="deno.worker" />
/** Tries what the thread of the controllers may and may not do, and tells what came of each. */
import { Socket } from "node:net";

export interface ProbeRequest {
  /** `host:port` each. */
  readonly connect: readonly string[];
  readonly read: readonly string[];
  readonly env: readonly string[];
  readonly program: string;
}

/** What was tried, `connect 127.0.0.1:1`, and whether it was `done` or which error it ended with. */
export type ProbeAnswer = Readonly<Record<string, string>>;

async function outcome(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}

function addressOf(text: string): { hostname: string; port: number } {
  const at = text.lastIndexOf(":");
  return { hostname: text.slice(0, at), port: Number(text.slice(at + 1)) };
}

async function connect(to: string): Promise<void> {
  (await Deno.connect(addressOf(to))).close();
}

/** As the database drivers connect. */
async function connectAsNode(to: string): Promise<void> {
  const { hostname, port } = addressOf(to);
  const socket = new Socket();
  const connected = Promise.withResolvers<void>();
  socket.on("error", connected.reject);
  socket.on("connect", connected.resolve);
  try {
    socket.connect(port, hostname);
    await connected.promise;
  } finally {
    socket.destroy();
  }
}

async function probe({ connect: hosts, read, env, program }: ProbeRequest): Promise<ProbeAnswer> {
  const answer: Record<string, string> = {};
  for (const host of hosts) {
    answer[`connect ${host}`] = await outcome(() => connect(host));
    const byNode = await outcome(() => connectAsNode(host));
    answer[`connect as a driver ${host}`] = byNode === "done" ? byNode : "refused";
    answer[`fetch ${host}`] = await outcome(() =>
      fetch(`http://${host}/`, { signal: AbortSignal.timeout(60_000) }).then(({ body }) => body?.cancel())
    );
  }
  for (const path of read) answer[`read ${path}`] = await outcome(() => Deno.readTextFile(path));
  for (const name of env) answer[`env ${name}`] = await outcome(() => told(name));
  answer["run"] = await outcome(() => new Deno.Command(program).output());
  answer["write"] = await outcome(() => Deno.makeTempDir());
  answer["ffi"] = await outcome(() => Deno.dlopen(program, {}));
  answer["sys"] = await outcome(() => Deno.hostname());
  answer["listen"] = await outcome(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
  return answer;
}

/** A variable that is not to be known is as if it were not set. */
function told(name: string): void {
  if (Deno.env.get(name) === undefined) throw new Deno.errors.NotFound(name);
}

self.onmessage = ({ data }: MessageEvent<ProbeRequest>) => {
  probe(data).then((answer) => self.postMessage(answer)).catch((error) => self.reportError(error));
};
