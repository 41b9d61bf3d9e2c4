/** How a piece of text looks; a terminal without colours shows the text alone. */
export type Style = "plain" | "bold" | "dim" | "good" | "busy" | "bad" | "row" | "accent";

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line on the terminal, from left to right. */
export type Line = readonly Span[];

const SGR: Readonly<Record<Style, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  good: "32",
  busy: "33",
  bad: "31",
  row: "36",
  accent: "1;36",
};

export function span(text: string, style: Style = "plain"): Span {
  return { text: printable(text), style };
}

/** Rows and messages come from outside: what would steer the terminal or has no fixed width becomes a dot. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{M}\p{Zl}\p{Zp}\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u{10ffff}]/gu, "·");
}

/** Columns that the line takes. */
export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** Rows that the lines take on a terminal of so many columns, where long ones wrap. */
export function rowsOf(lines: readonly Line[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

/** The line in at most `width` columns; one that was longer ends in "…". */
export function clip(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  const kept: Span[] = [];
  let left = Math.max(0, width - 1);
  for (const { text, style } of line) {
    if (left === 0) break;
    kept.push({ text: text.slice(0, left), style });
    left -= Math.min(left, text.length);
  }
  return width < 1 ? [] : [...kept, { text: "…", style: "dim" }];
}

/** The text in `width` columns, filled up or cut. */
export function fit(text: string, width: number): string {
  const shown = printable(text);
  if (shown.length <= width) return shown.padEnd(width);
  return width < 1 ? "" : `${shown.slice(0, width - 1)}…`;
}

/** The line as it is written, with colours or without. */
export function paint(line: Line, colour: boolean): string {
  if (!colour) return line.map(({ text }) => text).join("").trimEnd();
  return line.map(({ text, style }) => style === "plain" ? text : `\x1b[${SGR[style]}m${text}\x1b[0m`).join(
    "",
  );
}
