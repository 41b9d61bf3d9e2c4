import { ts } from "../lint/typescript.ts";
import { FORBIDDEN_NAMES, LIMITS } from "./house_rules.ts";
import type { ParsedFile } from "./source_tree.ts";
import type { Violation } from "./violation.ts";

type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

/** Names, sizes, parameters and state of one file. */
export function shapeProblems(file: ParsedFile): Violation[] {
  return [...nameProblems(file), ...sizeProblems(file), ...functionProblems(file), ...stateProblems(file)];
}

function nameProblems({ path }: ParsedFile): Violation[] {
  const bad = path.split("/").flatMap((segment) => segment.replace(/\.ts$/, "").split(/[._-]/))
    .filter((word) => FORBIDDEN_NAMES.includes(word.toLowerCase()));
  const stem = path.split("/").at(-1) ?? "";
  const found = bad.map((word): Violation => ({
    rule: "name",
    file: path,
    subject: word,
    problem: "name the file after what it exports",
  }));
  if (/^[a-z0-9_]+\.ts$/.test(stem)) return found;
  return [...found, { rule: "name", file: path, subject: stem, problem: "file names are snake_case" }];
}

function sizeProblems({ path, text }: ParsedFile): Violation[] {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines <= LIMITS.fileLines) return [];
  const problem = `${lines} lines, at most ${LIMITS.fileLines}: split it by what it exports`;
  return [{ rule: "file-lines", file: path, subject: "file", problem }];
}

function functionProblems({ path, tree }: ParsedFile): Violation[] {
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBody(node)) found.push(...oneFunction(path, tree, node));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function oneFunction(file: string, tree: ts.SourceFile, node: FunctionNode): Violation[] {
  const line = (position: number) => tree.getLineAndCharacterOfPosition(position).line;
  const lines = line(node.end) - line(node.getStart(tree)) + 1;
  const parameters = node.parameters.filter((each) => each.name.getText(tree) !== "this").length;
  const subject = functionName(node, tree);
  const found: Violation[] = [];
  if (lines > LIMITS.functionLines) {
    const problem = `${lines} lines, at most ${LIMITS.functionLines}`;
    found.push({ rule: "function-lines", file, subject, problem });
  }
  if (parameters > LIMITS.parameters) {
    const problem = `${parameters} parameters, at most ${LIMITS.parameters}: pass an object with names`;
    found.push({ rule: "parameters", file, subject, problem });
  }
  return found;
}

function isFunctionWithBody(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** `apply`, `HttpClient.apply`, or the variable or property that a nameless function is the value of. */
function functionName(node: FunctionNode, tree: ts.SourceFile): string {
  const owner = ts.isClassLike(node.parent) && node.parent.name ? `${node.parent.name.text}.` : "";
  if (ts.isConstructorDeclaration(node)) return `${owner}constructor`;
  const own = node.name?.getText(tree);
  if (own !== undefined) return `${owner}${own}`;
  const parent = node.parent;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.initializer === node) {
    return parent.name.getText(tree);
  }
  if (ts.isCallExpression(parent)) {
    const [first] = parent.arguments;
    return first && ts.isStringLiteralLike(first)
      ? first.text
      : `argument of ${parent.expression.getText(tree)}`;
  }
  return "a nameless function";
}

/** Variables of a module that can change, and class fields shared by all instances. */
function stateProblems({ path, tree }: ParsedFile): Violation[] {
  if (!path.startsWith("src/")) return [];
  const found: Violation[] = [];
  const add = (subject: string, problem: string) =>
    found.push({ rule: "module-state", file: path, subject, problem });
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of statement.declarationList.declarations) {
      const subject = declaration.name.getText(tree);
      if (!constant) add(subject, "a module-level variable that changes: hold it in a value that is passed");
      else if (isFillable(declaration)) {
        add(subject, "a module-level container that gets filled");
      }
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyDeclaration(node) && isSharedField(node)) {
      add(node.name.getText(tree), "a static field that changes: hold it in a value that is passed");
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** An empty array, object, map or set that its type does not call read-only, and that is not frozen. */
function isFillable({ type, initializer: value }: ts.VariableDeclaration): boolean {
  if (value === undefined || /^Readonly|^readonly /.test(type?.getText() ?? "")) return false;
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0;
  return ts.isNewExpression(value) && (value.arguments?.length ?? 0) === 0 &&
    /^(?:Weak)?(?:Map|Set)$|^Array$/.test(value.expression.getText());
}

function isSharedField(node: ts.PropertyDeclaration): boolean {
  const kinds = (node.modifiers ?? []).map((modifier) => modifier.kind);
  return kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.ReadonlyKeyword);
}
