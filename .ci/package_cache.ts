import config from "../deno.json" with { type: "json" };
import { licenceOf, type LicensedManifest } from "./licence_rules.ts";
import { keyOf, type LockedPackage, lockedPackages, type LockFile } from "./locked_packages.ts";

const ROOT = new URL("../", import.meta.url);

/** Part of what `deno info --json` tells. */
interface DenoInfo {
  readonly modules: readonly { readonly kind: string; readonly npmPackage?: string }[];
  readonly npmPackages?: Readonly<Record<string, { name: string; version: string; localPath: string }>>;
}

/** What deno.lock pins. */
export async function readLock(): Promise<LockedPackage[]> {
  return lockedPackages(JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT))) as LockFile);
}

/** The licence of each package by `name@version`, as its own package.json in Deno's cache has it. Deno fetches what is missing. */
export async function readLicences(
  packages: readonly LockedPackage[],
): Promise<Map<string, string | undefined>> {
  const imports = Object.keys(config.imports).map((name) => `import ${JSON.stringify(name)};`).join("");
  const { npmPackages = {} } = await denoInfo(`data:text/typescript,${imports}`);
  const folders = new Map(Object.values(npmPackages).map((each) => [keyOf(each), each.localPath]));
  const read = packages.map(async (each) => {
    const folder = folders.get(keyOf(each));
    if (folder === undefined) {
      throw new Error(`${keyOf(each)} is in deno.lock, but Deno knows no folder of it`);
    }
    const manifest = JSON.parse(await Deno.readTextFile(`${folder}/package.json`)) as LicensedManifest;
    return [keyOf(each), licenceOf(manifest)] as const;
  });
  return new Map(await Promise.all(read));
}

/** `name@version` of the packages that these modules import, themselves or through others of ours. */
export async function importedPackages(modules: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const module of modules) {
    const { modules: loaded, npmPackages = {} } = await denoInfo(module);
    for (const { npmPackage } of loaded) {
      const known = npmPackage === undefined ? undefined : npmPackages[npmPackage];
      if (known !== undefined) found.add(keyOf(known));
    }
  }
  return found;
}

async function denoInfo(entry: string): Promise<DenoInfo> {
  const args = ["info", "--json", "--frozen", entry];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT.pathname, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`'deno info' failed for ${entry.slice(0, 60)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as DenoInfo;
}
