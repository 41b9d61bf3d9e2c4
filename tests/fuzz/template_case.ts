import { functions } from "../../src/template/functions.ts";

/** A template and its data, made from a seed. */
export interface FuzzCase {
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Functions that take long by their nature (keys, password hashes); they come in few cases only. */
const SLOW = /^(?:gen|bcrypt|htpasswd|derivePassword|buildCustomCert)/;
const NAMES = Object.keys(functions);
const QUICK = NAMES.filter((name) => !SLOW.test(name));
const LITERALS = [
  ...[
    "0",
    "1",
    "-1",
    "3",
    "7",
    "0x1F",
    "1e3",
    "2.5",
    "-0.0",
    "1e300",
    "1000000000",
    "9223372036854775807",
    "'a'",
    "2i",
    "true",
    "false",
    "(list 1 2 3)",
    "(dict `k` 1)",
    "(until 5)",
    "now",
  ],
  ...[
    '"s"',
    '""',
    '"{{ .a }}"',
    '"%5.1v%[2]*d"',
    '"(a+)+$"',
    '"[a-"',
    '"2006-01-02"',
    '"1h30m"',
    '"^1.2.3"',
    "`r\n`",
  ],
  ...['"\\u00e9\\x00"', '"{\\"a\\":[1,2]}"', '"a,b,c"', '"/a/../b"', '"http://u:p@h:1/p?q#f"', '"MTIz"'],
];
const OPERANDS = [
  ".",
  ".a",
  ".b",
  ".l",
  ".m",
  ".m.k",
  ".n",
  ".s",
  "$",
  "$.a",
  "$x",
  "$y",
  ".missing",
  ".__proto__",
];
const BROKEN = [
  "{{",
  "}}",
  "{{ end }}",
  "{{ else }}",
  "{{/*",
  "*/}}",
  "{{- ",
  "|",
  "(",
  '"',
  "`",
  "\u{1F600}",
  "\ud800",
  "\0",
];

/** A generator of 32-bit numbers (mulberry32), so that a seed gives its case on every machine. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to before `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  of<T>(choices: readonly T[]): T {
    const choice = choices[this.roll(choices.length)];
    if (choice === undefined) throw new RangeError("nothing to choose from");
    return choice;
  }
}

/** The case of a seed. Most templates parse; one in eight is cut up or mixed with broken pieces. */
export function fuzzCase(seed: number): FuzzCase {
  const maker = new CaseMaker(new Dice(seed));
  return { template: maker.template(), data: maker.data() };
}

class CaseMaker {
  readonly #dice: Dice;
  readonly #names: readonly string[];
  /** Whether the variables of the template's start are in reach: not within a define or block. */
  #hasVariables = true;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#names = dice.roll(20_000) === 0 ? NAMES : QUICK;
  }

  template(): string {
    const text = `{{ $x := .a }}{{ $y := 1 }}${this.#list(3)}`;
    if (this.#dice.roll(8) > 0) return text;
    const at = this.#dice.roll(text.length + 1);
    return text.slice(0, at) + this.#dice.of(BROKEN) + text.slice(at + this.#dice.roll(3));
  }

  data(): Record<string, unknown> {
    const names = ["a", "b", "l", "m", "n", "s", "__proto__", "constructor"];
    return Object.fromEntries(
      names.filter(() => this.#dice.roll(4) > 0).map((name) => [name, this.#value(3)]),
    );
  }

  #list(depth: number): string {
    return Array.from({ length: 1 + this.#dice.roll(3) }, () => this.#piece(depth)).join("");
  }

  #piece(depth: number): string {
    const inner = () => this.#list(depth - 1);
    switch (depth === 0 ? this.#dice.roll(4) : this.#dice.roll(12)) {
      case 0:
        return this.#dice.of(["text", " ", "\n", "é", "a: b", ""]);
      case 1:
        return `{{ $x ${this.#hasVariables ? "=" : ":="} ${this.#pipeline(2)} }}`;
      case 5:
        return `{{ if ${this.#pipeline(2)} }}${inner()}{{ else }}${inner()}{{ end }}`;
      case 6:
        return `{{- range $i, $y := ${this.#pipeline(2)} }}${inner()}{{ end -}}`;
      case 7:
        return `{{ with ${this.#pipeline(2)} }}${inner()}{{ else with .a }}${inner()}{{ end }}`;
      case 8:
        return `{{ range ${this.#pipeline(1)} }}${inner()}{{ ${
          this.#dice.of(["break", "continue"])
        } }}{{ end }}`;
      case 9:
        return depth < 3
          ? `{{ with $x := ${this.#pipeline(1)} }}${inner()}{{ end }}`
          : `{{ define "t" }}${this.#apart(inner)}{{ end }}{{ template "t" ${this.#operand(1)} }}`;
      case 10:
        return `{{ block "b${this.#dice.roll(1000)}" . }}${this.#apart(inner)}{{ end }}`;
      default:
        return `{{${this.#dice.of([" ", "- "])}${this.#pipeline(3)}${
          this.#dice.of([" ", " -", " | int ", " | bool "])
        }}}`;
    }
  }

  #apart(inner: () => string): string {
    const before = this.#hasVariables;
    this.#hasVariables = false;
    const text = inner();
    this.#hasVariables = before;
    return text;
  }

  #pipeline(depth: number): string {
    const first = this.#dice.roll(3) === 0 ? this.#operand(depth) : this.#command(depth);
    return this.#dice.roll(3) === 0 ? `${first} | ${this.#command(depth)}` : first;
  }

  #command(depth: number): string {
    const name = this.#dice.of(this.#names);
    const wanted = functions[name]?.params.length ?? 2;
    const count = Math.max(0, wanted + this.#dice.of([-1, 0, 0, 0, 0, 1]));
    return [name, ...Array.from({ length: count }, () => this.#operand(depth - 1))].join(" ");
  }

  #operand(depth: number): string {
    if (depth > 0 && this.#dice.roll(3) === 0) return `(${this.#pipeline(depth - 1)})`;
    const operand = this.#dice.of(this.#dice.roll(2) === 0 ? LITERALS : OPERANDS);
    const unknown = !this.#hasVariables && /^\$[xy]/.test(operand);
    return unknown || (operand === ".missing" && this.#dice.roll(8) > 0) ? ".a" : operand;
  }

  #value(depth: number): unknown {
    switch (this.#dice.roll(depth === 0 ? 6 : 9)) {
      case 0:
        return this.#dice.of([
          "",
          "text",
          "5",
          "-1.5",
          "true",
          "{{ .a }}",
          "é\u{1F600}",
          "a,b",
          "2024-02-29",
          "[1,2]",
        ]);
      case 1:
        return this.#dice.of([0, 1, -7, 2.5, 1e21, Number.MAX_SAFE_INTEGER, NaN, Infinity]);
      case 2:
        return this.#dice.roll(2) === 0;
      case 3:
        return null;
      case 4:
        return this.#dice.of([0n, 5n, -(2n ** 63n), 2n ** 62n]);
      case 6:
        return Array.from({ length: this.#dice.roll(4) }, () => this.#value(depth - 1));
      case 7:
        return { k: this.#value(depth - 1), a: this.#value(depth - 1) };
      case 8:
        return Object.fromEntries([["__proto__", this.#value(depth - 1)], ["k", this.#value(depth - 1)]]);
      default:
        return String(this.#dice.roll(1000));
    }
  }
}
