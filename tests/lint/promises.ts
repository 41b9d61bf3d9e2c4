/** `deno task lint`: fails on promises that nobody waits for, anywhere in the tree. */
import denoConfig from "../../deno.json" with { type: "json" };
import { floatingPromises } from "./floating_promises.ts";
import { type CachedPackage, typeProgram, type TypeWorld, untypedImports } from "./type_program.ts";

/** Packages that carry no types: their promises can't be seen here, so each is used in one typed place only. */
const UNTYPED: Readonly<Record<string, string>> = {
  "pg": "a plain JavaScript package; src/source/postgres_driver.ts declares the calls that it makes",
  "pg-cursor": "as pg",
  "pino/browser.js": "the browser build of pino; it has no asynchronous call",
  "semver": "one synchronous function, in .ci/advisory_check.ts",
  "toposort": "one synchronous function",
};

const ROOT = new URL("../../", import.meta.url).pathname;

interface DenoInfo {
  readonly npmPackages: Readonly<Record<string, Omit<CachedPackage, "id">>>;
}

/** Deno's types, and its cache of the packages that deno.json imports. */
export async function typeWorld(): Promise<TypeWorld> {
  const imports = Object.entries(denoConfig.imports);
  const entry = imports.map(([name]) => `import ${JSON.stringify(name)};`).join("");
  const [denoTypes, info] = await Promise.all([
    deno(["types"]),
    deno(["info", "--json", `data:text/typescript,${entry}`]),
  ]);
  const { npmPackages } = JSON.parse(info) as DenoInfo;
  const packages = Object.entries(npmPackages).map(([id, each]) => ({ ...each, id }));
  const pinned = imports.map(([name, target]) => {
    const exact = target.replace(/^npm:/, "");
    const found = packages.find(({ id }) => id === exact || id.startsWith(`${exact}_`));
    return [name, found?.id ?? ""] as const;
  });
  return { denoTypes, packages, imports: new Map(pinned) };
}

async function deno(args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`'deno ${args[0]}' failed`);
  return new TextDecoder().decode(stdout);
}

/** Every TypeScript file of the repository. */
export async function sourceFiles(folder: string = ROOT): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory && !["node_modules", ".git", "dist", "coverage"].includes(entry.name)) {
      found.push(...await sourceFiles(`${path}/`));
    } else if (entry.isFile && /(?<!\.d)\.ts$/.test(entry.name)) {
      found.push(path);
    }
  }
  return found.toSorted();
}

async function main(): Promise<number> {
  const [world, files] = await Promise.all([typeWorld(), sourceFiles()]);
  const isOurs = (file: string) => file.startsWith(ROOT);
  const program = typeProgram(files, world);
  const findings = floatingPromises(program, isOurs);
  for (const { file, line, column, problem } of findings) {
    console.error(`${file.slice(ROOT.length)}:${line}:${column}: ${problem}`);
  }
  const untyped = untypedImports(program, isOurs);
  const unknown = untyped.filter((name) => !(name in UNTYPED));
  for (const name of unknown) console.error(`"${name}" has no types: its promises would go unseen`);
  const stale = Object.keys(UNTYPED).filter((name) => !untyped.includes(name));
  for (const name of stale) {
    console.error(`"${name}" has types, or is imported no more: take it off the list`);
  }
  if (findings.length + unknown.length + stale.length > 0) return 1;
  console.log(`Checked ${files.length} files for floating promises`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());
