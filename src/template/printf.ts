/** fmt.Sprintf: the format string, its flags and argument numbers, and the `%!` forms of everything that is wrong. */
import { decodeRune, encodeRune } from "./bytes.ts";
import type { Budget } from "./function.ts";
import { isInteger } from "./go_type.ts";
import { noFlags } from "./format_number.ts";
import { OperandPrinter } from "./print.ts";
import { GoInt, typeName, type Value } from "./value.ts";

/** Widths and precisions beyond this are refused, as in Go. */
const largest = 1_000_000;

/** Formats `values`; what padding will take is charged to the budget before it is made. */
export function sprintf(format: string, values: readonly Value[], budget: Budget): string {
  return new Formatter(format, values, budget).run();
}

class Formatter {
  #out = "";
  #at = 0;
  #next = 0;
  #reordered = false;
  #goodNumber = true;
  #afterIndex = false;

  constructor(readonly format: string, readonly values: readonly Value[], readonly budget: Budget) {}

  run(): string {
    const { format } = this;
    while (this.#at < format.length) {
      const percent = format.indexOf("%", this.#at);
      if (percent < 0) {
        this.#out += format.slice(this.#at);
        break;
      }
      this.#out += format.slice(this.#at, percent);
      this.#at = percent + 1;
      this.budget.steps(1);
      this.#verb();
    }
    return this.#out + this.#extra();
  }

  #verb(): void {
    const flags = noFlags();
    this.#goodNumber = true;
    this.#flags(flags);
    this.#afterIndex = false;
    this.#argumentNumber();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#afterIndex) this.#argumentNumber();
    if (this.#at >= this.format.length) {
      this.#out += "%!(NOVERB)";
      return;
    }
    const { rune, width } = decodeRune(this.format, this.#at);
    this.#at += width;
    this.#print(encodeRune(rune), flags);
  }

  #print(verb: string, flags: ReturnType<typeof noFlags>): void {
    if (verb === "%") {
      this.#out += "%";
    } else if (!this.#goodNumber) {
      this.#out += `%!${verb}(BADINDEX)`;
    } else if (this.#next >= this.values.length) {
      this.#out += `%!${verb}(MISSING)`;
    } else {
      if (verb === "v" || verb === "w") {
        flags.sharpV = flags.sharp;
        flags.sharp = false;
        flags.plusV = flags.plus;
        flags.plus = false;
      }
      this.budget.bytes((flags.width ?? 0) + (flags.precision ?? 0));
      this.#out += new OperandPrinter(flags).operand(this.values[this.#next] ?? null, verb);
      this.#next++;
    }
  }

  #flags(flags: ReturnType<typeof noFlags>): void {
    for (; this.#at < this.format.length; this.#at++) {
      switch (this.format[this.#at]) {
        case "#":
          flags.sharp = true;
          break;
        case "0":
          flags.zero = true;
          break;
        case "+":
          flags.plus = true;
          break;
        case "-":
          flags.minus = true;
          break;
        case " ":
          flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  #width(flags: ReturnType<typeof noFlags>): void {
    if (this.format[this.#at] === "*") {
      this.#at++;
      const width = this.#intArgument();
      if (width === undefined) this.#out += "%!(BADWIDTH)";
      flags.width = width === undefined ? undefined : Math.abs(width);
      if (width !== undefined && width < 0) {
        flags.minus = true;
        flags.zero = false;
      }
      this.#afterIndex = false;
      return;
    }
    flags.width = this.#number();
    if (this.#afterIndex && flags.width !== undefined) this.#goodNumber = false;
  }

  #precision(flags: ReturnType<typeof noFlags>): void {
    if (this.#at + 1 >= this.format.length || this.format[this.#at] !== ".") return;
    this.#at++;
    if (this.#afterIndex) this.#goodNumber = false;
    this.#argumentNumber();
    if (this.format[this.#at] === "*") {
      this.#at++;
      const precision = this.#intArgument();
      flags.precision = precision !== undefined && precision >= 0 ? precision : undefined;
      if (flags.precision === undefined) this.#out += "%!(BADPREC)";
      this.#afterIndex = false;
      return;
    }
    flags.precision = this.#number() ?? 0;
  }

  /** A decimal number at the current place; a number that is too large swallows the rest of the format. */
  #number(): number | undefined {
    const digits = /^[0-9]*/.exec(this.format.slice(this.#at, this.#at + 16))?.[0] ?? "";
    if (digits === "") return undefined;
    const isTooLarge = digits.length > 7 &&
      digits.split("").some((_, at) => at > 0 && Number(digits.slice(0, at)) > largest);
    if (isTooLarge) {
      this.#at = this.format.length;
      return undefined;
    }
    this.#at += digits.length;
    return Number(digits);
  }

  /** An explicit argument number such as `[2]`, when there is one. */
  #argumentNumber(): void {
    this.#afterIndex = false;
    if (this.format[this.#at] !== "[") return;
    this.#reordered = true;
    const close = this.format.indexOf("]", this.#at + 1);
    if (this.format.length - this.#at < 3 || close < 0) {
      this.#goodNumber = false;
      this.#at += 1;
      return;
    }
    const inner = this.format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const index = /^[0-9]+$/.test(inner) && Number(inner) <= largest * 10 ? Number(inner) - 1 : undefined;
    if (index === undefined) {
      this.#goodNumber = false;
      return;
    }
    this.#afterIndex = true;
    if (index >= 0 && index < this.values.length) this.#next = index;
    else this.#goodNumber = false;
  }

  /** The next argument as a width or precision; undefined when it is no integer or too large. */
  #intArgument(): number | undefined {
    const value = this.values[this.#next];
    if (this.#next < this.values.length) this.#next++;
    if (!(value instanceof GoInt) || !isInteger(value.type.kind)) return undefined;
    return value.value > BigInt(largest) || value.value < -BigInt(largest) ? undefined : value.toNumber();
  }

  #extra(): string {
    if (this.#reordered || this.#next >= this.values.length) return "";
    const shown = this.values.slice(this.#next).map((value) =>
      value === null ? "<nil>" : `${typeName(value)}=${new OperandPrinter(noFlags()).operand(value, "v")}`
    );
    return `%!(EXTRA ${shown.join(", ")})`;
  }
}
