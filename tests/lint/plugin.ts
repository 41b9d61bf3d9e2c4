/**
 * House rules that one file alone can break, for `deno lint`. Rules that need the types are in `promises.ts`, rules
 * about the whole tree in `tests/architecture_test.ts`. A rule is silenced in place with `deno-lint-ignore lynq/<rule>`
 * and a reason.
 */
export default {
  name: "lynq",
  rules: {
    "no-error-text": { create: noErrorText },
    "no-console-outside-commands": { create: noConsoleOutsideCommands },
    "no-boolean-in-tuple": { create: noBooleanInTuple },
    "no-unfinished-work": { create: noUnfinishedWork },
    "no-function-constructor": { create: noFunctionConstructor },
  },
} satisfies Deno.lint.Plugin;

type Visitor = Deno.lint.LintVisitor;
type Context = Deno.lint.RuleContext;

const TEXT_TESTS = new Set([
  "endsWith",
  "includes",
  "indexOf",
  "lastIndexOf",
  "match",
  "matchAll",
  "search",
  "startsWith",
]);
const ERROR_NAMES = /^(?:e|err|error|cause|failure)$/;
const UNFINISHED = /\b(?:TODO|FIXME|XXX|HACK)\b|\b[Ff]or now\b|\b[Nn]ot yet (?:implemented|supported)\b/;

/** Text of errors is for people: a decision taken from it changes when a sentence is reworded. */
function noErrorText(context: Context): Visitor {
  if (context.filename.endsWith("_test.ts")) return {};
  const message = "Don't decide by the text of an error";
  const hint = "Give the error class a field or a code, and look at that.";
  return {
    CallExpression(node) {
      const callee = node.callee;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      const method = callee.property.name;
      const matched = TEXT_TESTS.has(method) && isErrorText(callee.object);
      const tested = (method === "test" || method === "exec") && node.arguments.some(isErrorText);
      if (matched || tested) context.report({ node, message, hint });
    },
    BinaryExpression(node) {
      if (!["===", "!==", "==", "!="].includes(node.operator)) return;
      const sides = [node.left, node.right];
      if (sides.some(isErrorText) && sides.some((side) => side.type === "Literal")) {
        context.report({ node, message, hint });
      }
    },
    SwitchStatement(node) {
      if (isErrorText(node.discriminant)) context.report({ node, message, hint });
    },
  };
}

/** `error.message`, `String(error)` and `error.toString()`, where the name says that it is an error. */
function isErrorText(node: Deno.lint.Node): boolean {
  if (node.type === "MemberExpression") {
    return node.property.type === "Identifier" && node.property.name === "message" &&
      isErrorNamed(node.object);
  }
  if (node.type !== "CallExpression") return false;
  const callee = node.callee;
  if (callee.type === "Identifier" && callee.name === "String") return node.arguments.some(isErrorNamed);
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  if (callee.property.name === "toString") return isErrorNamed(callee.object);
  return /^to(?:Lower|Upper)Case$|^trim$/.test(callee.property.name) && isErrorText(callee.object);
}

function isErrorNamed(node: Deno.lint.Node): boolean {
  if (node.type === "TSAsExpression") return isErrorNamed(node.expression);
  if (node.type === "Identifier") return ERROR_NAMES.test(node.name) || /(?:Error|Failure)$/.test(node.name);
  return node.type === "MemberExpression" && isErrorNamed(node.property);
}

/** The operator logs as JSON through `telemetry/`; only programs that talk to a terminal print. */
function noConsoleOutsideCommands(context: Context): Visitor {
  if (/[\\/](?:src[\\/]cli|tests|\.ci)[\\/]|_test\.ts$|src[\\/]api[\\/]crds\.ts$/.test(context.filename)) {
    return {};
  }
  return {
    MemberExpression(node) {
      if (node.object.type !== "Identifier" || node.object.name !== "console") return;
      context.report({ node, message: "console outside src/cli", hint: "Take a logger from src/telemetry." });
    },
  };
}

/** `[string, boolean]` says nothing at the place where it is read; an object with names does. */
function noBooleanInTuple(context: Context): Visitor {
  return {
    TSTupleType(node) {
      const bare = node.elementTypes.map((e) => e.type === "TSNamedTupleMember" ? e.elementType : e);
      if (bare.some((element) => element.type === "TSBooleanKeyword")) {
        context.report({
          node,
          message: "A boolean in a tuple",
          hint: "Return an object, or a union by `kind`.",
        });
      }
    },
  };
}

/** What is not done is an issue, never a comment. */
function noUnfinishedWork(context: Context): Visitor {
  if (/[\\/]tests[\\/]lint[\\/]/.test(context.filename)) return {};
  return {
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const found = UNFINISHED.exec(comment.value);
        if (found) context.report({ range: comment.range, message: `Unfinished work: "${found[0]}"` });
      }
    },
  };
}

/** Text never becomes JavaScript: neither `new Function(text)` nor `setTimeout(text)`. */
function noFunctionConstructor(context: Context): Visitor {
  const check = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
    if (node.callee.type !== "Identifier") return;
    const [first] = node.arguments;
    const timer = /^set(?:Timeout|Interval)$/.test(node.callee.name) &&
      (first?.type === "TemplateLiteral" || (first?.type === "Literal" && typeof first.value === "string"));
    if (node.callee.name === "Function" || timer) {
      context.report({ node, message: "Text that becomes JavaScript" });
    }
  };
  return { NewExpression: check, CallExpression: check };
}
