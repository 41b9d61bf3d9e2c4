/** What is wrong with a JSON text, in the words of Go's encoding/json. */
import { encodeRune } from "./bytes.ts";
import { quote } from "./quote.ts";

const endedEarly = "unexpected end of JSON input";

/** The first syntax error of a text (bytes); undefined for valid JSON. */
export function jsonSyntaxError(bytes: string): string | undefined {
  return new Checker(bytes).run();
}

/** Nesting at which Go's decoder gives up. */
const deepest = 10_000;

class Checker {
  #at = 0;
  readonly #open: ("[" | "{")[] = [];

  constructor(readonly bytes: string) {}

  run(): string | undefined {
    for (;;) {
      const problem = this.#value() ?? this.#closed();
      if (problem === "next") continue;
      return problem === "done" ? undefined : problem;
    }
  }

  #char(): string {
    return this.bytes.charAt(this.#at);
  }

  #skipSpaces(): void {
    while (" \t\r\n".includes(this.#char()) && this.#char() !== "") this.#at++;
  }

  #invalid(where: string): string {
    return this.#char() === "" ? endedEarly : this.#broken(where);
  }

  /** An error inside a token, where Go takes the end of the text for a space. */
  #broken(where: string): string {
    const char = this.#char() === "" ? " " : this.#char();
    const shown = char === "'"
      ? "'\\''"
      : char === '"'
      ? "'\"'"
      : `'${quote(encodeRune(char.charCodeAt(0))).slice(1, -1)}'`;
    return `invalid character ${shown} ${where}`;
  }

  /** A scalar, or the start of a container; undefined when the value is complete. */
  #value(): string | undefined {
    this.#skipSpaces();
    const char = this.#char();
    if (char === "[" || char === "{") return this.#opened(char);
    if (char === '"') return this.#string();
    if (char === "-" || /^[0-9]$/.test(char)) return this.#number();
    const word = { t: "true", f: "false", n: "null" }[char];
    return word === undefined ? this.#invalid("looking for beginning of value") : this.#literal(word);
  }

  #opened(char: "[" | "{"): string | undefined {
    this.#open.push(char);
    if (this.#open.length > deepest) return "exceeded max depth";
    this.#at++;
    this.#skipSpaces();
    const close = char === "[" ? "]" : "}";
    if (this.#char() !== close) return char === "[" ? "next" : this.#key();
    this.#at++;
    this.#open.pop();
    return undefined;
  }

  #key(): string {
    this.#skipSpaces();
    if (this.#char() !== '"') return this.#invalid("looking for beginning of object key string");
    const problem = this.#string();
    if (problem !== undefined) return problem;
    this.#skipSpaces();
    if (this.#char() !== ":") return this.#invalid("after object key");
    this.#at++;
    return "next";
  }

  /** What may follow a complete value: the end, or the rest of the containers around it. */
  #closed(): string {
    for (;;) {
      this.#skipSpaces();
      const around = this.#open.at(-1);
      const char = this.#char();
      if (around === undefined) return char === "" ? "done" : this.#invalid("after top-level value");
      if (char === ",") {
        this.#at++;
        return around === "[" ? "next" : this.#key();
      }
      if (char !== (around === "[" ? "]" : "}")) {
        return this.#invalid(around === "[" ? "after array element" : "after object key:value pair");
      }
      this.#at++;
      this.#open.pop();
    }
  }

  #literal(word: string): string | undefined {
    for (const expected of word) {
      if (this.#char() !== expected) return this.#broken(`in literal ${word} (expecting '${expected}')`);
      this.#at++;
    }
    return undefined;
  }

  #string(): string | undefined {
    for (this.#at++; this.#char() !== '"'; this.#at++) {
      const char = this.#char();
      if (char < " ") return this.#invalid("in string literal");
      if (char !== "\\") continue;
      this.#at++;
      if (this.#char() === "u") {
        for (let digit = 0; digit < 4; digit++) {
          this.#at++;
          if (!/^[0-9a-fA-F]$/.test(this.#char())) {
            return this.#broken("in \\u hexadecimal character escape");
          }
        }
      } else if (!/^["\\/bfnrt]$/.test(this.#char())) return this.#broken("in string escape code");
    }
    this.#at++;
    return undefined;
  }

  #number(): string | undefined {
    if (this.#char() === "-") this.#at++;
    if (!this.#isDigit()) return this.#broken("in numeric literal");
    if (this.#char() === "0") this.#at++;
    else this.#digits();
    if (this.#char() === ".") {
      this.#at++;
      if (!this.#isDigit()) return this.#broken("after decimal point in numeric literal");
      this.#digits();
    }
    if (this.#char() === "e" || this.#char() === "E") {
      this.#at++;
      if (this.#char() === "+" || this.#char() === "-") this.#at++;
      if (!this.#isDigit()) return this.#broken("in exponent of numeric literal");
      this.#digits();
    }
    return undefined;
  }

  #isDigit(): boolean {
    return /^[0-9]$/.test(this.#char());
  }

  #digits(): void {
    while (this.#isDigit()) this.#at++;
  }
}
