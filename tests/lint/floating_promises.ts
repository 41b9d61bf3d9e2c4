import { ts } from "./typescript.ts";

/** A promise whose rejection nobody would see. `line` and `column` count from 1. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

const FLOATING = "This promise floats: await it, return it, or end it with .catch(...)";
const MISUSED =
  "An async function where the caller ignores its promise: start the work and end it with .catch(...)";

/**
 * Finds promises that are neither awaited, returned, stored nor ended with `.catch(...)` or `.then(a, b)`, and async
 * functions passed where the caller drops the result (`setInterval(async ...)`, event listeners, `forEach`). `void`
 * does not help, since a rejection then still ends the process. Decided by types, so a program with resolved imports
 * is needed.
 */
export function floatingPromises(program: ts.Program, isOurs: (file: string) => boolean): Finding[] {
  const checker = program.getTypeChecker();
  const findings: Finding[] = [];
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile || !isOurs(source.fileName)) continue;
    const report = (node: ts.Node, problem: string) => {
      const at = source.getLineAndCharacterOfPosition(node.getStart(source));
      findings.push({ file: source.fileName, line: at.line + 1, column: at.character + 1, problem });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isExpressionStatement(node) && floats(checker, node.expression)) report(node, FLOATING);
      if (isFunctionValue(node) && isDropped(checker, node)) report(node, MISUSED);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return findings;
}

/** True when the value of a statement's expression is a promise that nothing holds. */
function floats(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(expression) || ts.isVoidExpression(expression)) {
    return floats(checker, expression.expression);
  }
  if (ts.isAwaitExpression(expression) || ts.isYieldExpression(expression)) return false;
  if (ts.isConditionalExpression(expression)) {
    return floats(checker, expression.whenTrue) || floats(checker, expression.whenFalse);
  }
  if (ts.isBinaryExpression(expression)) {
    if (isAssignment(expression)) return false;
    return floats(checker, expression.left) || floats(checker, expression.right);
  }
  return holdsPromise(checker, checker.getTypeAtLocation(expression)) && !isEnded(checker, expression);
}

function isAssignment(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const operator = node.operatorToken.kind;
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

/** `.catch(handler)`, `.then(handler, handler)`, and either of them followed by `.finally(...)`. */
function isEnded(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const { name, expression: receiver } = expression.expression;
  const [first, second] = expression.arguments;
  if (name.text === "catch") return first !== undefined && isCallable(checker, first);
  if (name.text === "then") return second !== undefined && isCallable(checker, second);
  return name.text === "finally" && isEnded(checker, receiver);
}

function isCallable(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return checker.getTypeAtLocation(node).getCallSignatures().length > 0;
}

/** A thenable, an array or tuple of thenables, or a union with one in it. Types that hold themselves are seen once. */
function holdsPromise(
  checker: ts.TypeChecker,
  type: ts.Type,
  seen: ReadonlySet<ts.Type> = new Set(),
): boolean {
  if (seen.has(type)) return false;
  const inner = partsOf(checker, type);
  if (inner !== undefined) {
    const path = new Set(seen).add(type);
    return inner.some((part) => holdsPromise(checker, part, path));
  }
  const then = checker.getPropertyOfType(checker.getApparentType(type), "then");
  return then !== undefined && checker.getTypeOfSymbol(then).getCallSignatures().length > 0;
}

/** The members of a union, the entries of an array or tuple. */
function partsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] | undefined {
  if (type.isUnion()) return type.types;
  if (!checker.isArrayType(type) && !checker.isTupleType(type)) return undefined;
  return checker.getTypeArguments(type as ts.TypeReference);
}

function isFunctionValue(
  node: ts.Node,
): node is ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) ||
    (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent));
}

/** True when a function returns a promise to a place whose type says that the result is `void`. */
function isDropped(
  checker: ts.TypeChecker,
  node: ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration,
): boolean {
  if (node.body !== undefined && isAssignment(node.body)) return false;
  const own = checker.getSignatureFromDeclaration(node);
  if (own === undefined || !holdsPromise(checker, checker.getReturnTypeOfSignature(own))) return false;
  const signatures = expectedSignatures(checker, node);
  return signatures.length > 0 &&
    signatures.every((each) => (checker.getReturnTypeOfSignature(each).flags & ts.TypeFlags.Void) !== 0);
}

function expectedSignatures(
  checker: ts.TypeChecker,
  node: ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration,
): readonly ts.Signature[] {
  if (!ts.isMethodDeclaration(node)) return signaturesOf(checker.getContextualType(node));
  const owner = checker.getContextualType(node.parent as ts.ObjectLiteralExpression);
  const property = owner?.getProperty(node.name.getText());
  return property === undefined ? [] : signaturesOf(checker.getTypeOfSymbol(property));
}

function signaturesOf(type: ts.Type | undefined): readonly ts.Signature[] {
  if (type === undefined) return [];
  return type.isUnion() ? type.types.flatMap(signaturesOf) : type.getCallSignatures();
}
