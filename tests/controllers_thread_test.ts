import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import config from "../deno.json" with { type: "json" };
import type { ProbeAnswer, ProbeRequest } from "./support/permission_probe_worker.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The permissions of the task, which the main thread has. */
const TASK = config.tasks.operator.command.split(" ").slice(2).filter((flag) => flag.startsWith("--"));

interface Place {
  readonly folder: string;
  readonly kubeconfig: string;
  /** Ports on which somebody listens. */
  readonly api: number;
  readonly database: number;
  readonly other: number;
}

interface Probing extends Partial<ProbeRequest> {
  /** Permissions of the main thread; those of the task unless told. */
  readonly main?: readonly string[];
}

async function probe(
  place: Place,
  flags: readonly string[],
  { main = TASK, ...request }: Probing,
): Promise<ProbeAnswer> {
  const asked: ProbeRequest = { connect: [], read: [], env: [], program: "/bin/true", ...request };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", ...main, "tests/support/permission_probe.ts", JSON.stringify(asked)],
      ...[`--kubeconfig=${place.kubeconfig}`, "--dashboard-bind-address=0", "--health-probe-bind-address=0"],
      ...flags,
    ],
    cwd: ROOT,
    env: { LYNQ_SECRET: "s", POD_NAME: "pod" },
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

async function withPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lynq-thread-" });
  const servers = [1, 2, 3].map(() =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("here"))
  );
  const [api = 0, database = 0, other = 0] = servers.map(({ addr }) => addr.port);
  try {
    const kubeconfig = join(folder, "kubeconfig");
    const token = join(folder, "token");
    await Deno.writeTextFile(token, "t");
    await Deno.writeTextFile(join(folder, "beside"), "not to be read");
    await Deno.mkdir(join(folder, "rows"));
    await Deno.writeTextFile(join(folder, "rows", "a.db"), "");
    await Deno.writeTextFile(
      kubeconfig,
      stringify({
        clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${api}` } }],
        users: [{ name: "u", user: { tokenFile: token } }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      }),
    );
    await test({ folder, kubeconfig, api, database, other });
  } finally {
    for (const server of servers) await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

const REFUSED = "NotCapable";

Deno.test("the controllers' thread reaches the API server and the named databases, and nothing else", async () => {
  await withPlace(async (place) => {
    const { folder, kubeconfig, api, database, other } = place;
    const at = (port: number) => `127.0.0.1:${port}`;
    const inside = [kubeconfig, join(folder, "token")];
    const rows = join(folder, "rows", "a.db");
    const outside = [
      ...[rows, join(folder, "beside"), "/etc/passwd", "/proc/self/environ"],
      ...["deno.json", "src/main.ts"].map((path) => join(ROOT, path)),
    ];
    const flags = [`--source-hosts=${at(database)}`, `--source-paths=${join(folder, "rows")}`];
    const answer = await probe(place, flags, {
      connect: [at(api), at(database), at(other)],
      read: [...inside, ...outside],
      env: ["POD_NAME", "LYNQ_SECRET"],
    });
    const ways = ["connect", "connect as a driver", "fetch"];
    const expected = {
      ...Object.fromEntries(
        [api, database].flatMap((port) => ways.map((way) => [`${way} ${at(port)}`, "done"])),
      ),
      [`connect ${at(other)}`]: REFUSED,
      [`connect as a driver ${at(other)}`]: "refused",
      [`fetch ${at(other)}`]: REFUSED,
      ...Object.fromEntries(inside.map((path) => [`read ${path}`, "done"])),
      ...Object.fromEntries(outside.map((path) => [`read ${path}`, REFUSED])),
      "env POD_NAME": "done",
      "env LYNQ_SECRET": "NotFound",
      ...Object.fromEntries(["run", "write", "ffi", "sys", "listen"].map((what) => [what, REFUSED])),
    };
    assert.deepEqual(answer, expected);
  });
});

Deno.test("where any database may be read, programs, files and variables stay out of reach", async () => {
  await withPlace(async (place) => {
    const { other } = place;
    const answer = await probe(place, ["--source-hosts=*"], {
      connect: [`127.0.0.1:${other}`],
      read: ["/etc/passwd"],
      env: ["LYNQ_SECRET"],
    });
    assert.equal(answer[`connect 127.0.0.1:${other}`], "done");
    assert.deepEqual(
      ["read /etc/passwd", "run", "write", "ffi", "sys"].map((what) => answer[what]),
      Array.from({ length: 5 }, () => REFUSED),
    );
    assert.equal(answer["env LYNQ_SECRET"], "NotFound");
  });
});

Deno.test("the thread starts no program and reads no other file, whatever the main thread may", async () => {
  await withPlace(async (place) => {
    const { other } = place;
    const asked = {
      connect: [`127.0.0.1:${other}`],
      read: ["/etc/passwd"],
      main: ["--no-prompt", "--allow-all"],
    };
    const answer = await probe(place, [], asked);
    const refused = [`connect 127.0.0.1:${other}`, "read /etc/passwd", "run", "write", "ffi", "sys"];
    assert.deepEqual(refused.map((what) => answer[what]), refused.map(() => REFUSED));
  });
});
