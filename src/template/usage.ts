/** What a template uses of its data and of its functions, told from its text alone. */
import type { FunctionTable, Impurity } from "./function.ts";
import type { TemplateSet } from "./parser.ts";
import type { CommandNode, ListNode, OperandNode, PipeNode, StatementNode } from "./syntax.ts";

export interface Usage {
  /** The root fields that it reads (bytes), in any branch. */
  readonly variables: ReadonlySet<string>;
  /** Those of them that some use needs: it is no whole argument of `default` or `coalesce`. */
  readonly required: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  /** What stands outside actions and is printed as it is (bytes). */
  readonly literals: readonly string[];
  /** Whether the data is used as a whole (`index . "x"`, `toJson $`), so that any of its fields may be read. */
  readonly readsAll: boolean;
}

export interface UsageInput {
  readonly name: string;
  readonly set: TemplateSet;
}

export function findUsage(input: UsageInput): Usage {
  const finder = new Finder(input.set);
  finder.template(input.name, true);
  for (const name of input.set.keys()) finder.template(name, false);
  return finder;
}

/** The functions in use whose result depends on more than their arguments. */
export function impuritiesOf(usage: Usage, functions: FunctionTable): ReadonlyMap<string, Impurity> {
  return new Map([...usage.functions].flatMap((name) => {
    const impure = functions[name]?.impure;
    return impure === undefined ? [] : [[name, impure] as const];
  }));
}

/** Functions that take an empty value for a missing one. */
const FILLING: ReadonlySet<string> = new Set(["default", "coalesce"]);

/** Whether dot and `$` are the root of the data here. */
interface Place {
  readonly dotIsRoot: boolean;
  readonly dollarIsRoot: boolean;
}

class Finder implements Usage {
  readonly variables = new Set<string>();
  readonly required = new Set<string>();
  readonly functions = new Set<string>();
  readonly literals: string[] = [];
  readsAll = false;
  readonly #seen = new Set<string>();

  constructor(readonly set: TemplateSet) {}

  template(name: string, isRoot: boolean): void {
    const key = `${isRoot} ${name}`;
    const list = this.set.get(name);
    if (list === undefined || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list(list, { dotIsRoot: isRoot, dollarIsRoot: isRoot });
  }

  #list(list: ListNode, place: Place): void {
    for (const node of list.nodes) this.#statement(node, place);
  }

  #statement(node: StatementNode, place: Place): void {
    switch (node.kind) {
      case "text":
        this.literals.push(node.text);
        return;
      case "action":
        return this.#pipe(node.pipe, place);
      case "template":
        if (node.pipe !== undefined) this.#pipe(node.pipe, place);
        return this.template(node.name, isRootPipe(node.pipe, place));
      case "if":
      case "with":
      case "range": {
        this.#pipe(node.pipe, place);
        const dotIsRoot = node.kind === "if"
          ? place.dotIsRoot
          : node.kind === "with" && isRootPipe(node.pipe, place);
        this.#list(node.list, { ...place, dotIsRoot });
        if (node.elseList !== undefined) this.#list(node.elseList, place);
      }
    }
  }

  /** `filled`: its value goes into a filling function. */
  #pipe(pipe: PipeNode, place: Place, filled = false): void {
    pipe.commands.forEach((command, n) => {
      const next = pipe.commands[n + 1];
      const taken = next === undefined ? filled : isFilling(next);
      const fills = isFilling(command) || command.args.length === 1 && taken;
      for (const arg of command.args) this.#operand(arg, place, fills);
    });
  }

  #read(path: readonly string[], filled: boolean): void {
    const [name = ""] = path;
    this.variables.add(name);
    if (!filled || path.length > 1) this.required.add(name);
  }

  #operand(node: OperandNode, place: Place, filled = false): void {
    switch (node.kind) {
      case "dot":
        if (place.dotIsRoot) this.readsAll = true;
        return;
      case "field":
        if (place.dotIsRoot) this.#read(node.path, filled);
        return;
      case "variable":
        if (node.name !== "$" || !place.dollarIsRoot) return;
        if (node.path[0] === undefined) this.readsAll = true;
        else this.#read(node.path, filled);
        return;
      case "identifier":
        this.functions.add(node.name);
        return;
      case "chain":
        return this.#operand(node.node, place);
      case "pipe":
        return this.#pipe(node, place, filled);
    }
  }
}

function isFilling({ args: [first] }: CommandNode): boolean {
  return first?.kind === "identifier" && FILLING.has(first.name);
}

/** Whether a pipeline is just `.` or `$` where that is the root. */
function isRootPipe(pipe: PipeNode | undefined, place: Place): boolean {
  const [command, ...more] = pipe?.commands ?? [];
  const [operand, ...args] = command?.args ?? [];
  if (operand === undefined || more.length > 0 || args.length > 0) return false;
  if (operand.kind === "dot") return place.dotIsRoot;
  return operand.kind === "variable" && operand.name === "$" && operand.path.length === 0 &&
    place.dollarIsRoot;
}
