import { type Line, paint, rowsOf } from "./demo_line.ts";

/** Where the demo shows what it does. */
export interface DemoScreen {
  /** `live`: frames are drawn in place; else they are not asked for and every change is a line. */
  readonly live: boolean;
  size(): { width: number; height: number };
  /** Lines that stay. */
  print(lines: readonly Line[]): void;
  /** The frame below them, in the place of the one before. */
  draw(frame: readonly Line[]): void;
  /** Leaves the last frame where it is, says a last word below it and gives the terminal back. */
  close(last: readonly Line[]): void;
}

export interface Terminal {
  readonly isTerminal: boolean;
  readonly env: (name: string) => string | undefined;
  readonly write: (text: string) => void;
  readonly consoleSize: () => { columns: number; rows: number };
}

/** In place with colours on a terminal; line by line in a pipe, on a dumb terminal and with NO_COLOR. */
export function demoScreen(terminal: Terminal): DemoScreen {
  const plain = !terminal.isTerminal || (terminal.env("NO_COLOR") ?? "") !== "" ||
    terminal.env("TERM") === "dumb";
  return plain ? new PlainScreen(terminal) : new LiveScreen(terminal);
}

class PlainScreen implements DemoScreen {
  readonly live = false;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  size(): { width: number; height: number } {
    return { width: 120, height: 1000 };
  }

  print(lines: readonly Line[]): void {
    this.#terminal.write(lines.map((line) => `${paint(line, false)}\n`).join(""));
  }

  draw(): void {}

  close(last: readonly Line[]): void {
    this.print(last);
  }
}

const BEGIN = "\x1b[?2026h\x1b[?25l";
const END = "\x1b[?2026l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** Draws at the end of what was printed, so that everything above stays in the terminal's history. */
class LiveScreen implements DemoScreen {
  readonly live = true;
  readonly #terminal: Terminal;
  #frame: readonly Line[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  size(): { width: number; height: number } {
    const { columns, rows } = this.#terminal.consoleSize();
    // The last column stays free: some terminals wrap when it is written.
    return { width: Math.max(20, columns - 1), height: Math.max(4, rows - 1) };
  }

  print(lines: readonly Line[]): void {
    const above = lines.map((line) => `${paint(line, true)}${CLEAR_LINE_END}\n`).join("");
    this.#terminal.write(`${BEGIN}${this.#home()}${above}${CLEAR_BELOW}${this.#text(this.#frame)}${END}`);
  }

  draw(frame: readonly Line[]): void {
    this.#terminal.write(`${BEGIN}${this.#home()}${this.#text(frame)}${CLEAR_BELOW}${END}`);
    this.#frame = frame;
  }

  close(last: readonly Line[]): void {
    // Over the ^C that the terminal may have written.
    this.#terminal.write(`\r${this.#text(last)}${SHOW_CURSOR}`);
  }

  #text(frame: readonly Line[]): string {
    return frame.map((line) => `${paint(line, true)}${CLEAR_LINE_END}\n`).join("");
  }

  /** To the first line of the frame. After a resize its lines may take more than one row each. */
  #home(): string {
    const { columns } = this.#terminal.consoleSize();
    const rows = rowsOf(this.#frame, columns);
    return rows === 0 ? "" : `\x1b[${rows}F`;
  }
}
