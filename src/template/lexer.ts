/** Cuts a template (bytes) into tokens. The rules, and the lines that errors report, are those of Go's lexer. */
import { formatCharacter, noFlags } from "./format_number.ts";
import { quote } from "./quote.ts";
import { eof, Scanner } from "./scanner.ts";
import { keywords, type Token, type TokenKind } from "./token.ts";
import { isDigit, isLetter, isPrint } from "./unicode.ts";

/** The tokens of a template. The last one is `eof`, or an `error` whose text says what is wrong. */
export function tokenize(input: string): Token[] {
  return new Lexer(input).run();
}

const terminators = new Set([" ", "\t", "\r", "\n", "", ".", ",", "|", ":", ")", "("]);

class Lexer extends Scanner {
  #parens = 0;

  run(): Token[] {
    while (this.#text()) {
      while (this.#inside()) { /* one token a step */ }
      if (this.tokens.at(-1)?.kind === "error") break;
    }
    return this.tokens;
  }

  /** Text up to the next action; true when an action was entered. */
  #text(): boolean {
    for (;;) {
      const open = this.input.indexOf("{{", this.pos);
      if (open < 0) {
        this.pos = this.input.length;
        this.countLines();
        if (this.pos > this.start) this.emit("text");
        this.emit("eof");
        return false;
      }
      const trims = hasLeftTrim(this.input, open + 2);
      this.pos = trims ? trimEnd(this.input, this.start, open) : open;
      this.countLines();
      if (this.pos > this.start) this.emit("text");
      this.start = this.pos;
      this.startLine = this.line;
      this.pos = open;
      this.ignore();
      const body = open + (trims ? 4 : 2);
      if (!this.input.startsWith("/*", body)) {
        this.pos = open + 2;
        this.emit("leftDelim");
        this.pos = body;
        this.ignore();
        this.#parens = 0;
        return true;
      }
      this.pos = body;
      this.ignore();
      if (!this.#comment()) return false;
    }
  }

  #comment(): boolean {
    const close = this.input.indexOf("*/", this.pos + 2);
    if (close < 0) return this.fail("unclosed comment");
    this.pos = close + 2;
    const trims = hasRightTrim(this.input, this.pos);
    if (!trims && !this.input.startsWith("}}", this.pos)) {
      return this.fail("comment ends before closing delimiter");
    }
    this.pos += trims ? 4 : 2;
    if (trims) this.pos = skipSpaces(this.input, this.pos);
    this.ignore();
    return true;
  }

  #rightDelim(): false {
    const trims = hasRightTrim(this.input, this.pos);
    if (trims) {
      this.pos += 2;
      this.ignore();
    }
    this.pos += 2;
    this.emit("rightDelim");
    if (trims) {
      this.pos = skipSpaces(this.input, this.pos);
      this.ignore();
    }
    return false;
  }

  #atRightDelim(): boolean {
    return this.input.startsWith("}}", this.pos) || hasRightTrim(this.input, this.pos);
  }

  /** One token of an action; false at its end or at an error. */
  #inside(): boolean {
    if (this.#atRightDelim()) {
      return this.#parens === 0 ? this.#rightDelim() : this.fail("unclosed left paren");
    }
    const char = this.input.charAt(this.pos);
    if (isSpaceChar(char)) return this.#space();
    if (char === "+" || char === "-" || (char >= "0" && char <= "9")) return this.#number();
    const rune = this.next();
    if (isAlphaNumeric(rune)) return this.#identifier();
    switch (char) {
      case "":
        return this.fail("unclosed action");
      case "=":
        return this.emit("assign");
      case ":":
        return this.next() === 0x3d ? this.emit("declare") : this.fail("expected :=");
      case "|":
        return this.emit("pipe");
      case '"':
        return this.#quoted('"', "string");
      case "'":
        return this.#quoted("'", "charConstant");
      case "`":
        return this.#rawString();
      case "$":
        return this.#name("variable");
      case ".":
        return this.#dot();
      case "(":
        this.#parens++;
        return this.emit("leftParen");
      case ")":
        return --this.#parens < 0 ? this.fail("unexpected right paren") : this.emit("rightParen");
      default:
        if (rune < 0x80 && isPrint(rune)) return this.emit("char");
        return this.fail(`unrecognized character in action: ${showRune(rune)}`);
    }
  }

  #space(): boolean {
    let count = 0;
    for (; isSpaceChar(this.input.charAt(this.pos)); count++) this.next();
    if (hasRightTrim(this.input, this.pos - 1)) {
      this.pos--;
      if (this.input[this.pos] === "\n") this.line--;
      if (count === 1) return this.#rightDelim();
    }
    return this.emit("space");
  }

  /** A dot starts a number, a field, or stands for itself. */
  #dot(): boolean {
    const after = this.input.charAt(this.pos);
    if (after >= "0" && after <= "9") {
      this.pos--;
      return this.#number();
    }
    // At the very end of the input Go reads on as a number, which then is none.
    if (after === "") {
      this.pos--;
      return this.#number();
    }
    return this.#name("field");
  }

  #name(kind: "field" | "variable"): boolean {
    if (this.#atTerminator()) return this.emit(kind === "field" ? "dot" : kind);
    this.#skipAlphaNumeric();
    return this.#atTerminator() ? this.emit(kind) : this.#badCharacter();
  }

  #identifier(): boolean {
    this.#skipAlphaNumeric();
    if (!this.#atTerminator()) return this.#badCharacter();
    const word = this.input.slice(this.start, this.pos);
    const keyword = keywords.get(word);
    if (keyword !== undefined) return this.emit(keyword);
    return this.emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  #skipAlphaNumeric(): void {
    while (isAlphaNumeric(this.peek())) this.next();
  }

  #badCharacter(): false {
    return this.fail(`bad character ${showRune(this.peek())}`);
  }

  #atTerminator(): boolean {
    return terminators.has(this.input.charAt(this.pos)) || this.input.startsWith("}}", this.pos);
  }

  #quoted(mark: '"' | "'", kind: TokenKind): boolean {
    for (;;) {
      let rune = this.next();
      if (rune === 0x5c) {
        rune = this.next();
        if (rune !== eof && rune !== 10) continue;
      }
      if (rune === eof || rune === 10) {
        return this.fail(`unterminated ${kind === "string" ? "quoted string" : "character constant"}`);
      }
      if (rune === mark.charCodeAt(0)) return this.emit(kind);
    }
  }

  #rawString(): boolean {
    for (;;) {
      const rune = this.next();
      if (rune === eof) return this.fail("unterminated raw quoted string");
      if (rune === 0x60) return this.emit("rawString");
    }
  }

  #number(): boolean {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.input.charAt(this.pos);
    if (sign !== "+" && sign !== "-") return this.emit("number");
    if (!this.#scanNumber() || this.input[this.pos - 1] !== "i") return this.#badNumber();
    return this.emit("complex");
  }

  #badNumber(): false {
    return this.fail(`bad number syntax: ${quote(this.input.slice(this.start, this.pos))}`);
  }

  #scanNumber(): boolean {
    this.accept("+-");
    let digits = "0123456789_";
    if (this.accept("0")) {
      if (this.accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (this.accept("oO")) digits = "01234567_";
      else if (this.accept("bB")) digits = "01_";
    }
    this.acceptRun(digits);
    if (this.accept(".")) this.acceptRun(digits);
    const exponent = digits.length === 11 ? "eE" : digits.length === 23 ? "pP" : "";
    if (exponent !== "" && this.accept(exponent)) {
      this.accept("+-");
      this.acceptRun("0123456789_");
    }
    this.accept("i");
    if (!isAlphaNumeric(this.peek())) return true;
    this.next();
    return false;
  }
}

function isSpaceChar(char: string): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

function isAlphaNumeric(rune: number): boolean {
  return rune >= 0 && (rune === 0x5f || isLetter(rune) || isDigit(rune));
}

function showRune(rune: number): string {
  return formatCharacter(BigInt(rune), "U", { ...noFlags(), sharp: true });
}

function hasLeftTrim(input: string, at: number): boolean {
  return input[at] === "-" && isSpaceChar(input.charAt(at + 1));
}

/** Whether a space, a minus and the closing delimiter start at `at`. */
function hasRightTrim(input: string, at: number): boolean {
  return isSpaceChar(input.charAt(at)) && input.startsWith("-}}", at + 1);
}

function skipSpaces(input: string, from: number): number {
  let at = from;
  while (isSpaceChar(input.charAt(at))) at++;
  return at;
}

function trimEnd(input: string, from: number, to: number): number {
  let at = to;
  while (at > from && isSpaceChar(input.charAt(at - 1))) at--;
  return at;
}
