import { BudgetError } from "./budget.ts";
import type { SyntaxNode } from "./syntax.ts";
import type { Typed } from "./typed.ts";

/** The one typed value that a field printed, and where. */
export interface SoleValue {
  readonly typed: Typed;
  readonly node: SyntaxNode;
  readonly templateName: string;
}

/** What a template prints. Remembers whether all of it came from one typed value. */
export class Output {
  #text = "";
  #sole: SoleValue | undefined;

  constructor(readonly limit: number) {}

  get text(): string {
    return this.#text;
  }

  /** Set while nothing but one typed value was printed. */
  get sole(): SoleValue | undefined {
    return this.#sole;
  }

  write(bytes: string): void {
    if (bytes === "") return;
    this.#sole = undefined;
    this.#append(bytes);
  }

  writeTyped(bytes: string, value: SoleValue): void {
    const isFirst = this.#text === "";
    this.#append(bytes);
    this.#sole = isFirst ? value : undefined;
  }

  #append(bytes: string): void {
    if (this.#text.length + bytes.length > this.limit) {
      throw new BudgetError(`the template prints more than ${this.limit} bytes`);
    }
    this.#text += bytes;
  }
}
