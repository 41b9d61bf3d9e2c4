import { ts } from "../lint/typescript.ts";
import { ACTING_FILES, IMPURE_GLOBALS, PURE_NODE_MODULES, PURE_ROOMS } from "./house_rules.ts";
import { packageName } from "./imports.ts";
import { isTest, type ParsedFile, roomOf } from "./source_tree.ts";
import type { Violation } from "./violation.ts";

/** Globals, modules and promises in files that compute only. */
export function purityProblems(
  file: ParsedFile,
  acting: Readonly<Record<string, string>> = ACTING_FILES,
): Violation[] {
  const room = roomOf(file.path);
  if (isTest(file.path) || !PURE_ROOMS.some((pure) => pure === room)) return [];
  const subjects = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    const name = impureGlobal(node);
    if (name !== undefined) subjects.set(name, `${name} makes the result depend on more than the arguments`);
    if (isAsync(node) && !(file.path in acting)) {
      subjects.set(
        "async",
        "waits for something: list the file in ACTING_FILES, or decide from what was read",
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  for (const each of file.imports) {
    const name = packageName(each.from);
    if (!each.typeOnly && !(file.path in acting) && each.target !== undefined && each.target in acting) {
      subjects.set(
        each.target,
        `${each.target} acts; what decides is called by it, never the other way round`,
      );
    }
    if (each.typeOnly || !name.startsWith("node:") || PURE_NODE_MODULES.includes(name)) continue;
    subjects.set(name, `${name} reaches outside`);
  }
  return [...subjects].map(([subject, problem]) => ({ rule: "purity", file: file.path, subject, problem }));
}

/** Files listed as acting that are gone or compute only. */
export function staleActingFiles(
  files: readonly ParsedFile[],
  acting: Readonly<Record<string, string>> = ACTING_FILES,
): string[] {
  const async = new Set(
    files.filter((file) => purityProblems(file, {}).some(({ subject }) => subject === "async"))
      .map((file) => file.path),
  );
  return Object.keys(acting).filter((path) => !async.has(path)).map((path) =>
    `${path}: computes only, or is gone`
  );
}

/** `Deno`, `fetch`, `Date.now`, `new Date()`: the name of the global that a node reads. */
function impureGlobal(node: ts.Node): string | undefined {
  if (
    ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0
  ) {
    return "new Date()";
  }
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return IMPURE_GLOBALS.includes(text) ? text : undefined;
  }
  if (!ts.isIdentifier(node) || !IMPURE_GLOBALS.includes(node.text) || isNameOfSomething(node)) {
    return undefined;
  }
  return node.text;
}

/** A property, a declaration or a type, which only shares its name with a global. */
function isNameOfSomething(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent) || ts.isImportSpecifier(parent)) {
    return true;
  }
  return "name" in parent && parent.name === node;
}

function isAsync(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  return ts.isFunctionLike(node) && ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword);
}
