/**
 * `deno task compile`: one binary, dist/manager, whose permissions are baked in. The main thread only launches; which
 * hosts may be reached is narrowed at start, when the controllers get their worker, so `net` has no names here.
 *
 * Exit codes: 0 compiled; 3 the runtime that binaries are made of can't be had on this machine; else that of Deno.
 */

import config from "../deno.json" with { type: "json" };

const ENTRY = "src/main.ts";
const OUTPUT = "dist/manager";
const RUNTIME_MISSING = 3;

const RUNTIME = `denort-${Deno.build.target}.zip`;
const RUNTIME_URL = `https://dl.deno.land/release/v${Deno.version.deno}/${RUNTIME}`;
const MISSING =
  `Nothing was compiled: this machine can't have the runtime that compiled programs are made of. It is not
in Deno's cache, and ${RUNTIME_URL}
can't be reached from here. Remedies:
  - fetch that file on a machine with internet, unpack it, and set DENORT_BIN to the path of denort; or
  - build the image where the internet is: docker build --tag lynq-operator .`;

/** The credentials of a pod (/var/run is a link in most images), mounted settings, and files of SQLite hubs. */
const READABLE = [
  "/etc/lynq",
  "/run/secrets/kubernetes.io/serviceaccount",
  "/var/lib/lynq",
  "/var/run/secrets/kubernetes.io/serviceaccount",
];

/** No run, ffi, write or sys. Libraries that ask for variables of their own see none. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-net",
  `--allow-read=${READABLE.join(",")}`,
  ...flagsOf("--allow-env="),
  "--ignore-env",
];

/**
 * What `deno task operator` tells V8: most of what the operator allocates is gone a moment later, so that collecting it
 * early takes little time and a quarter off the peak. The heap may still grow as it must.
 */
const MEMORY = flagsOf("--v8-flags=");

/** What `deno task operator` says of one thing: the binary runs as that does. */
function flagsOf(start: string): string[] {
  return config.tasks.operator.command.split(" ").filter((flag) => flag.startsWith(start));
}

/** Modules that start in a Worker, which no import leads to. */
export async function workerModules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await workerModules(path));
    else if (/(?:^|_)worker\.ts$/.test(entry.name)) found.push(path);
  }
  return found.toSorted();
}

async function compile(): Promise<number> {
  if (!await runtimeIsAtHand()) {
    console.error(MISSING);
    return RUNTIME_MISSING;
  }
  const included = (await workerModules("src")).map((path) => `--include=${path}`);
  const excluded = (await unparsableFolders()).map((path) => `--exclude=${path}`);
  const options = ["--exclude-unused-npm", "--unstable-worker-options", ...included, ...excluded];
  const args = ["compile", ...MEMORY, ...options, ...PERMISSIONS, `--output=${OUTPUT}`, ENTRY];
  console.log(`deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await child.output()).code;
}

/**
 * Folders of npm packages that Deno 2.9 can't embed: the tests of bintrees have a file of 100,000 numbers without
 * extension, which is parsed as one expression until the stack ends (denoland/deno#36746).
 */
async function unparsableFolders(): Promise<string[]> {
  const { npmPackages } = await denoInfo<
    { npmPackages: Record<string, { name: string; localPath: string }> }
  >(
    "data:text/typescript,import 'prom-client';",
  );
  return Object.values(npmPackages).filter(({ name }) => name === "bintrees").map((each) =>
    `${each.localPath}/test`
  );
}

/** Whether Deno could have had the runtime: named, cached, or within reach. */
async function runtimeIsAtHand(): Promise<boolean> {
  if (Deno.env.get("DENORT_BIN") !== undefined) return true;
  const cached = `${
    (await denoInfo<{ denoDir: string }>()).denoDir
  }/dl/release/v${Deno.version.deno}/${RUNTIME}`;
  if (await Deno.stat(cached).then(() => true, () => false)) return true;
  const signal = AbortSignal.timeout(20_000);
  return await fetch(RUNTIME_URL, { method: "HEAD", signal }).then((answer) => answer.ok, () => false);
}

async function denoInfo<T>(...args: string[]): Promise<T> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", ...args] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)) as T;
}

if (import.meta.main) Deno.exit(await compile());
