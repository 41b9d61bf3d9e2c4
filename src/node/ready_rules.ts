import { compileReadyWhen, type ReadyAnswer, type ReadyWhen } from "../api/ready_when.ts";
import type { Resource } from "../api/resource.ts";
import type { Child, Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { progressing, READY } from "./status_fields.ts";

/** One object and the `readyWhen` that a node has for it. */
export interface RuledObject {
  /** The object's kind and name, in any form that tells objects apart. */
  readonly object: string;
  readonly readyWhen: string;
}

interface Rule {
  readonly evaluate: ReadyWhen;
  readonly nodes: Set<string>;
}

/**
 * The `readyWhen` of all nodes by object, so that each object is judged when the watch tells of it and need not be kept.
 * A rule is compiled once, however many objects it is for, and let go of with the last node that has it.
 */
export class ReadyRules {
  readonly #byObject = new Map<string, Map<string, Rule>>();
  readonly #byNode = new Map<string, readonly RuledObject[]>();
  readonly #compiled = new Map<string, { readonly evaluate: ReadyWhen; uses: number }>();

  /** Replaces the rules that this node has. */
  claim(node: string, ruled: readonly RuledObject[]): void {
    const before = this.#byNode.get(node) ?? [];
    for (const each of ruled) this.#add(node, each);
    const kept = new Set(ruled.map(textOf));
    for (const each of before) if (!kept.has(textOf(each))) this.#remove(node, each);
    if (ruled.length === 0) this.#byNode.delete(node);
    else this.#byNode.set(node, ruled);
  }

  /** What each rule for this object says of it; undefined where there is none. */
  judge(id: string, object: KubeObject): ReadonlyMap<string, Readiness> | undefined {
    const rules = this.#byObject.get(id);
    if (rules === undefined) return undefined;
    return new Map([...rules].map(([text, { evaluate }]) => [text, toReadiness(evaluate(object))]));
  }

  #add(node: string, { object, readyWhen }: RuledObject): void {
    const rules = this.#byObject.get(object) ?? new Map<string, Rule>();
    const rule = rules.get(readyWhen) ?? { evaluate: this.#compile(readyWhen), nodes: new Set() };
    rule.nodes.add(node);
    this.#byObject.set(object, rules.set(readyWhen, rule));
  }

  #remove(node: string, { object, readyWhen }: RuledObject): void {
    const rules = this.#byObject.get(object);
    const rule = rules?.get(readyWhen);
    if (rules === undefined || rule === undefined) return;
    rule.nodes.delete(node);
    if (rule.nodes.size > 0) return;
    rules.delete(readyWhen);
    if (rules.size === 0) this.#byObject.delete(object);
    const compiled = this.#compiled.get(readyWhen);
    if (compiled !== undefined && --compiled.uses === 0) this.#compiled.delete(readyWhen);
  }

  #compile(text: string): ReadyWhen {
    const compiled = this.#compiled.get(text) ?? { evaluate: compileReadyWhen(text), uses: 0 };
    compiled.uses++;
    this.#compiled.set(text, compiled);
    return compiled.evaluate;
  }
}

function textOf({ object, readyWhen }: RuledObject): string {
  return `${object}\n${readyWhen}`;
}

function toReadiness(answer: ReadyAnswer): Readiness {
  switch (answer.kind) {
    case "yes":
      return READY;
    case "no":
      return progressing(answer.message);
    case "invalid":
      return { kind: "failed", reason: "ReadyWhenInvalid", message: answer.message };
  }
}

/** Whether the object was judged by the entry's `readyWhen`, where it has one. */
export function isJudged({ judged }: Child, { readyWhen, waitForReady }: Resource): boolean {
  return readyWhen === undefined || !waitForReady || judged?.has(readyWhen) === true;
}

/**
 * A child whose readiness is what the entry's `readyWhen` says, where it has one. What its kind's rule found in the way
 * is found in the way still.
 */
export function judgedBy(child: Child, policy: Resource): Child {
  if (policy.readyWhen === undefined || child.deleting) return child;
  const readiness = child.judged?.get(policy.readyWhen) ?? UNJUDGED;
  if (readiness.kind !== "progressing" || child.readiness.kind !== "progressing") {
    return { ...child, readiness };
  }
  const { deadEnd, clue } = child.readiness;
  return {
    ...child,
    readiness: {
      ...readiness,
      ...(deadEnd === undefined ? {} : { deadEnd }),
      ...(clue?.kind === "pods" ? { clue } : {}),
    },
  };
}

const UNJUDGED = progressing("readyWhen can't be told yet: the object could not be read");
