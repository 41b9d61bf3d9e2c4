import { ts } from "./typescript.ts";

/** One npm package in Deno's cache. `dependencies` are ids of the same shape as `id`. */
export interface CachedPackage {
  readonly id: string;
  readonly name: string;
  readonly localPath: string;
  readonly dependencies: readonly string[];
}

/** What a program is made of besides its files. */
export interface TypeWorld {
  /** `deno types`: Deno's own declarations. */
  readonly denoTypes: string;
  readonly packages: readonly CachedPackage[];
  /** Ids of the packages that deno.json imports, by bare specifier. */
  readonly imports: ReadonlyMap<string, string>;
}

const DENO_TYPES = "/deno/lib.deno.d.ts";
const CACHED = /^\/npm\/([^/]+)\/node_modules\/((?:@[^/]+\/)?[^/]+)(.*)$/;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.esnext.d.ts"],
  types: [],
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
};

/**
 * A TypeScript program over `files` in which Deno's globals, `node:` modules and the npm packages of Deno's cache are
 * typed, without a node_modules folder: a package's folder appears under `/npm/<id>/node_modules/<name>`, so that
 * TypeScript's own resolution of `exports` and `types` applies. `virtual` files win over those on disk.
 */
export function typeProgram(
  files: readonly string[],
  world: TypeWorld,
  virtual: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const texts = new Map([...virtual, [DENO_TYPES, world.denoTypes]]);
  const host = cachedHost(world, texts);
  const nodeTypes = world.packages.filter((each) => each.name === "@types/node").slice(0, 1)
    .map((each) => `${folderOf(each)}/index.d.ts`);
  return ts.createProgram([DENO_TYPES, ...nodeTypes, ...files], OPTIONS, host);
}

/** Bare imports of `ours` for which no types were found: promises of such a package would go unseen. */
export function untypedImports(program: ts.Program, isOurs: (file: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  const untyped = new Set<string>();
  for (const source of program.getSourceFiles()) {
    if (!isOurs(source.fileName)) continue;
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
      const specifier = statement.moduleSpecifier;
      if (statement.importClause === undefined || specifier.text.startsWith(".")) continue;
      if (checker.getSymbolAtLocation(specifier) === undefined) untyped.add(specifier.text);
    }
  }
  return [...untyped].toSorted();
}

function folderOf(cached: CachedPackage): string {
  return `/npm/${encodeURIComponent(cached.id)}/node_modules/${cached.name}`;
}

function cachedHost(world: TypeWorld, texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const byId = new Map(world.packages.map((each) => [each.id, each]));
  const real = (path: string): string => {
    const [, id = "", name, rest] = CACHED.exec(path) ?? [];
    const cached = byId.get(decodeURIComponent(id));
    return cached !== undefined && cached.name === name ? `${cached.localPath}${rest}` : path;
  };
  const base = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (path) => texts.has(path) || base.fileExists(real(path)),
    readFile: (path) => texts.get(path) ?? base.readFile(real(path)),
    directoryExists: (path) =>
      /^\/npm\/[^/]+\/node_modules$/.test(path) || (base.directoryExists?.(real(path)) ?? true),
    getDirectories: () => [],
    realpath: (path) => path,
    getSourceFile: (path, target) => {
      const text = texts.get(path) ?? base.readFile(real(path));
      return text === undefined ? undefined : ts.createSourceFile(path, text, target, true);
    },
  };
  const resolve = (specifier: string, from: string) => {
    const owner = packageFor(specifier, { from, world, byId });
    const place = owner === undefined ? from : `/npm/${encodeURIComponent(owner.id)}/from.ts`;
    const wanted = owner === undefined ? specifier : specifier.replace(packageName(specifier), owner.name);
    return ts.resolveModuleName(wanted, place, OPTIONS, host);
  };
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const found = resolve(text, from);
      if (isTyped(found) || text.startsWith(".")) return found;
      const declared = resolve(`@types/${packageName(text).replace(/^@/, "").replace("/", "__")}`, from);
      return isTyped(declared) ? declared : found;
    });
  return host;
}

function isTyped(found: ts.ResolvedModuleWithFailedLookupLocations): boolean {
  return found.resolvedModule !== undefined && found.resolvedModule.extension !== ts.Extension.Js;
}

function packageName(specifier: string): string {
  const bare = specifier.replace(/^npm:/, "");
  return bare.split("/").slice(0, bare.startsWith("@") ? 2 : 1).join("/");
}

/** The package that a bare specifier means: a dependency of the importing package, or an import of deno.json. */
function packageFor(
  specifier: string,
  context: { from: string; world: TypeWorld; byId: ReadonlyMap<string, CachedPackage> },
): CachedPackage | undefined {
  if (/^[./]|^node:|^file:/.test(specifier)) return undefined;
  const name = packageName(specifier);
  const importer = context.byId.get(decodeURIComponent(CACHED.exec(context.from)?.[1] ?? ""));
  if (importer === undefined) {
    const id = context.world.imports.get(name);
    return id === undefined
      ? context.world.packages.find((each) => each.name === name)
      : context.byId.get(id);
  }
  if (importer.name === name) return importer;
  return importer.dependencies.map((id) => context.byId.get(id)).find((each) => each?.name === name);
}
