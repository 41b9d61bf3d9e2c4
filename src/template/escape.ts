/** The escapers html, js and urlquery, over bytes. */
import { decodeRune } from "./bytes.ts";
import { sprint } from "./print.ts";
import { isPrint } from "./unicode.ts";
import type { Value } from "./value.ts";

/** The operands as one text, as the escapers take them: nil reads `<no value>`. */
export function escaperText(values: readonly Value[]): string {
  let out = "";
  let previousIsString = true;
  for (const value of values) {
    const isString = typeof value === "string" || value === null;
    if (!isString && !previousIsString) out += " ";
    out += value === null ? "<no value>" : sprint(value);
    previousIsString = isString;
  }
  return out;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\xef\xbf\xbd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

export function escapeHtml(bytes: string): string {
  return bytes.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char);
}

const jsEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

export function escapeJs(bytes: string): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    const char = bytes.slice(at, at + width);
    at += width;
    const known = jsEscapes[char];
    if (known !== undefined) out += known;
    else if (rune < 0x20) out += `\\u${hex(rune)}`;
    else if (rune < 0x80 || isPrint(rune)) out += char;
    else out += `\\u${hex(rune)}`;
  }
  return out;
}

function hex(rune: number): string {
  return rune.toString(16).toUpperCase().padStart(4, "0");
}

/** url.QueryEscape. */
export function escapeQuery(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9_.~-]/g, (char) => {
    if (char === " ") return "+";
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
