/**
 * `deno task compile`: one binary, dist/manager, whose permissions are baked in. The main thread only launches; which
 * hosts may be reached is narrowed at start, when the controllers get their worker, so `net` has no names here.
 *
 * Exit codes: 0 compiled; 3 the runtime that binaries are made of can't be had on this machine; else that of Deno.
 */

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

const VARIABLES = [
  "HOME",
  "HOSTNAME",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "POD_NAME",
  "POD_NAMESPACE",
];

/** No run, ffi, write or sys. Libraries that ask for variables of their own see none. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-net",
  `--allow-read=${READABLE.join(",")}`,
  `--allow-env=${VARIABLES.join(",")}`,
  "--ignore-env",
];

/** Modules that start in a Worker, which no import leads to. */
async function workerModules(folder: string): Promise<string[]> {
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
  const workers = (await workerModules("src")).map((path) => `--include=${path}`);
  const args = ["compile", "--exclude-unused-npm", ...PERMISSIONS, ...workers, `--output=${OUTPUT}`, ENTRY];
  console.log(`deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await child.output()).code;
}

/** Whether Deno could have had the runtime: named, cached, or within reach. */
async function runtimeIsAtHand(): Promise<boolean> {
  if (Deno.env.get("DENORT_BIN") !== undefined) return true;
  const cached = `${await denoDir()}/dl/release/v${Deno.version.deno}/${RUNTIME}`;
  if (await Deno.stat(cached).then(() => true, () => false)) return true;
  const signal = AbortSignal.timeout(20_000);
  return await fetch(RUNTIME_URL, { method: "HEAD", signal }).then((answer) => answer.ok, () => false);
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

if (import.meta.main) Deno.exit(await compile());
