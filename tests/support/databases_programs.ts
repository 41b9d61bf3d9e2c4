import { delimiter, join } from "node:path";

const DEBIAN_POSTGRES = "/usr/lib/postgresql";

/** Where a PostgreSQL program is: on PATH, or in the newest version's own directory, as Debian installs it. */
export function postgresProgram(name: string): string {
  const versions = directoryNames(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a));
  const places = [...searchPath(), ...versions.map((version) => join(DEBIAN_POSTGRES, version, "bin"))];
  return places.map((place) => join(place, name)).find(isFile) ?? name;
}

/** Whether a program can be started by its name, or by its path. */
export function programExists(program: string): boolean {
  return program.includes("/") ? isFile(program) : searchPath().some((place) => isFile(join(place, program)));
}

function searchPath(): readonly string[] {
  return (Deno.env.get("PATH") ?? "").split(delimiter).filter((place) => place !== "");
}

function directoryNames(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
