import { ts } from "../lint/typescript.ts";
import { isTest, type ParsedFile } from "./source_tree.ts";
import type { Violation } from "./violation.ts";

/** Users of the tests' control plane who may do everything: for people and tests, and for processes. */
const ADMINISTRATORS = { kubeconfig: ["admin", "operator"], token: ["operator"] } as const;

/**
 * Tests that take an administrator's kubeconfig, or an operator's token for a proxy: what a process is started with. A
 * test's own client may do everything; the operator is to have the shipped account, so that what it lacks is seen.
 */
export function administrators({ path, tree }: ParsedFile): Violation[] {
  if (!isTest(path)) return [];
  const found: Violation[] = [];
  const visit = (node: ts.Node): void => {
    const user = userOf(node);
    if (user !== undefined) {
      found.push({
        rule: "administrator",
        file: path,
        subject: user,
        problem: "run the operator with the shipped account, as operatorTest does unless told",
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The administrator of `plane.kubeconfig("admin")` and of `{ token: "operator" }`. */
function userOf(node: ts.Node): string | undefined {
  const [given, names] = ts.isCallExpression(node) && isKubeconfig(node.expression)
    ? [node.arguments[0], ADMINISTRATORS.kubeconfig]
    : ts.isPropertyAssignment(node) && node.name.getText() === "token"
    ? [node.initializer, ADMINISTRATORS.token]
    : [undefined, []];
  if (given === undefined || !ts.isStringLiteralLike(given)) return undefined;
  return names.find((name) => name === given.text);
}

function isKubeconfig(called: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(called) && called.name.text === "kubeconfig";
}
