/** An npm package that deno.lock pins. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and the base64 of the tarball's digest. */
  readonly integrity: string;
  /** Of the same shape as `key`. */
  readonly dependencies: readonly string[];
}

/** What is read of a deno.lock of version 5. */
export interface LockFile {
  readonly version: string;
  readonly npm?: Readonly<Record<string, LockedEntry>>;
}

interface LockedEntry {
  readonly integrity?: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly optionalPeers?: readonly string[];
}

export class LockFileError extends Error {
  override readonly name = "LockFileError";
}

/** `name@version`, which identifies a package whatever peers it was resolved with. */
export function keyOf({ name, version }: Pick<LockedPackage, "name" | "version">): string {
  return `${name}@${version}`;
}

/** `mysql2@3.0.0_@types+node@20.0.0` is mysql2@3.0.0, resolved with that peer. */
function splitId(id: string): { name: string; version: string } {
  const [, name, version] = /^(@[^/@]+\/[^@]+|[^@/]+)@([^_]+)/.exec(id) ?? [];
  if (name === undefined || version === undefined) {
    throw new LockFileError(`deno.lock: ${JSON.stringify(id)} is no package and version`);
  }
  return { name, version };
}

/** Every package of a lock file, those of dependencies included, sorted by name and version. */
export function lockedPackages(lock: LockFile): LockedPackage[] {
  if (lock.version !== "5") {
    throw new LockFileError(`deno.lock: version ${JSON.stringify(lock.version)}, known is "5"`);
  }
  const entries = Object.entries(lock.npm ?? {}).map(([id, entry]) => ({ id, entry, ...splitId(id) }));
  const resolve = (dependency: string): string => {
    const exact = entries.find(({ id }) => id === dependency);
    const named = exact === undefined ? entries.filter(({ name }) => name === dependency) : [exact];
    const keys = [...new Set(named.map(keyOf))];
    const [key] = keys;
    if (key === undefined || keys.length > 1) {
      throw new LockFileError(`deno.lock: ${JSON.stringify(dependency)} is ${keys.length} packages, not one`);
    }
    return key;
  };
  const found = new Map<string, LockedPackage>();
  for (const { entry, name, version } of entries) {
    const { integrity, dependencies = [], optionalDependencies = [], optionalPeers = [] } = entry;
    const key = keyOf({ name, version });
    if (integrity === undefined) throw new LockFileError(`deno.lock: ${key} has no integrity`);
    const before = found.get(key)?.dependencies ?? [];
    // A peer that may be missing is in the lock file only where another package brings it.
    const peers = optionalPeers.filter((peer) =>
      entries.some(({ id, name }) => peer === id || peer === name)
    );
    const all = [...before, ...[...dependencies, ...optionalDependencies, ...peers].map(resolve)];
    found.set(key, { name, version, integrity, dependencies: [...new Set(all)].toSorted() });
  }
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
