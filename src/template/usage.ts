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
  /** Whether it asks if the data is empty (`with $`), so that the fields it reads can't stand for all of it. */
  readonly testsRoot: boolean;
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

/** What is the root of the data here: dot, and the variables of these names. */
interface Place {
  readonly dotIsRoot: boolean;
  readonly roots: ReadonlySet<string>;
}

class Finder implements Usage {
  readonly variables = new Set<string>();
  readonly required = new Set<string>();
  readonly functions = new Set<string>();
  readonly literals: string[] = [];
  testsRoot = false;
  #readsAll = false;
  readonly #seen = new Set<string>();
  /** Variables that hold the root at first, and those that get another value later. */
  readonly #aliases = new Set<string>();
  readonly #assigned = new Set<string>();

  constructor(readonly set: TemplateSet) {}

  get readsAll(): boolean {
    return this.#readsAll || [...this.#aliases].some((name) => this.#assigned.has(name));
  }

  template(name: string, isRoot: boolean): void {
    const key = `${isRoot} ${name}`;
    const list = this.set.get(name);
    if (list === undefined || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#list(list, { dotIsRoot: isRoot, roots: new Set(isRoot ? ["$"] : []) });
  }

  /** What is declared holds to the end of the list. */
  #list(list: ListNode, from: Place): void {
    let place = from;
    for (const node of list.nodes) {
      this.#statement(node, place);
      if (node.kind === "action") place = this.#declared(node.pipe, place);
    }
  }

  #declared({ declared, isAssign, ...pipe }: PipeNode, place: Place): Place {
    if (declared.length === 0) return place;
    const isRoot = isRootPipe({ ...pipe, declared, isAssign }, place);
    const roots = new Set(place.roots);
    for (const { name } of declared) {
      if (isAssign) this.#assigned.add(name);
      if (!isRoot) roots.delete(name);
      else {
        roots.add(name);
        this.#aliases.add(name);
      }
    }
    return { ...place, roots };
  }

  #statement(node: StatementNode, place: Place): void {
    switch (node.kind) {
      case "text":
        this.literals.push(node.text);
        return;
      case "action":
        if (node.pipe.declared.length > 0 && isRootPipe(node.pipe, place)) return;
        return this.#pipe(node.pipe, place);
      case "template": {
        const isRoot = isRootPipe(node.pipe, place);
        if (node.pipe !== undefined && !isRoot) this.#pipe(node.pipe, place);
        return this.template(node.name, isRoot);
      }
      case "if":
      case "with":
      case "range": {
        const isRoot = isRootPipe(node.pipe, place);
        if (node.kind === "with" && isRoot) this.testsRoot = true;
        else this.#pipe(node.pipe, place);
        const dotIsRoot = node.kind === "if" ? place.dotIsRoot : node.kind === "with" && isRoot;
        // Each element of a range is another value, also where the whole is the root.
        const inside = node.kind === "range"
          ? elementsOf(node.pipe, place)
          : this.#declared(node.pipe, place);
        this.#list(node.list, { ...inside, dotIsRoot });
        if (node.elseList !== undefined) this.#list(node.elseList, inside);
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
        if (place.dotIsRoot) this.#readsAll = true;
        return;
      case "field":
        if (place.dotIsRoot) this.#read(node.path, filled);
        return;
      case "variable":
        if (!place.roots.has(node.name)) return;
        if (node.path[0] === undefined) this.#readsAll = true;
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

function elementsOf({ declared }: PipeNode, place: Place): Place {
  const names = new Set(declared.map(({ name }) => name));
  return { ...place, roots: new Set([...place.roots].filter((name) => !names.has(name))) };
}

/** Whether a pipeline is just `.`, `$` or another variable where that is the root. */
function isRootPipe(pipe: PipeNode | undefined, place: Place): boolean {
  const [command, ...more] = pipe?.commands ?? [];
  const [operand, ...args] = command?.args ?? [];
  if (operand === undefined || more.length > 0 || args.length > 0) return false;
  if (operand.kind === "dot") return place.dotIsRoot;
  return operand.kind === "variable" && operand.path.length === 0 && place.roots.has(operand.name);
}
