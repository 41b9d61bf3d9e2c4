import { ts } from "../lint/typescript.ts";

/** One file of the repository. `path` is relative to its root, with forward slashes. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** A file as the checks see it. */
export interface ParsedFile extends SourceText {
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** `from` as written; `target` is the path of one of our own files, where it is one. */
export interface Import {
  readonly from: string;
  readonly target: string | undefined;
  /** Types disappear when the program runs. */
  readonly typeOnly: boolean;
}

const SKIPPED = new Set(["node_modules", "dist", "coverage"]);

/** Reads every TypeScript file below the folders of `root`. */
export async function readTree(root: URL, folders: readonly string[]): Promise<SourceText[]> {
  const found: SourceText[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(new URL(`${folder}/`, root))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory && !SKIPPED.has(entry.name)) await walk(path);
      if (entry.isFile && entry.name.endsWith(".ts")) {
        found.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
      }
    }
  };
  for (const folder of folders) await walk(folder);
  return found.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

export function parse(file: SourceText): ParsedFile {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  const imports: Import[] = [];
  const add = (from: string, typeOnly: boolean) =>
    imports.push({ from, typeOnly, target: from.startsWith(".") ? resolvePath(file.path, from) : undefined });
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, isTypeOnlyImport(node.importClause));
    } else if (
      ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) add(argument.text, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node.argument.literal.text, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { ...file, tree, imports };
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) &&
    named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function resolvePath(from: string, relative: string): string {
  return new URL(relative, `file:///${from}`).pathname.slice(1);
}

/** `hub` for src/hub/plan.ts, `main.ts` for src/main.ts, `undefined` outside src/. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)/.exec(path)?.[1];
}

export function isTest(path: string): boolean {
  return path.endsWith("_test.ts") || !path.startsWith("src/");
}
