/** PEM blocks as Go's encoding/pem reads and writes them. */
import { decodeBase64, encodeBase64 } from "./sprig_encoding.ts";
import { fromUint8Array, toUint8Array } from "./bytes.ts";

export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The first whole block of a text; undefined if there is none. */
export function decodePem(text: string): PemBlock | undefined {
  const begin = "-----BEGIN ";
  const end = "-----END ";
  for (let at = 0;;) {
    const start = text.indexOf(begin, at);
    if (start < 0) return undefined;
    const line = text.indexOf("\n", start);
    const stop = line < 0 ? -1 : text.indexOf(end, line);
    if (stop < 0) return undefined;
    at = stop + end.length;
    const type = /^(.*)-----[ \t\r]*$/.exec(text.slice(start + begin.length, line))?.[1];
    const isWhole = type !== undefined && /^[ \t\r]*(?:\n|$)/.test(text.slice(at + type.length + 5)) &&
      text.startsWith(`${type}-----`, at);
    const opensLine = start === 0 || text[start - 1] === "\n";
    if (!isWhole || !opensLine) continue;
    const decoded = decodeBase64(withoutHeaders(text.slice(line + 1, stop)).replace(/[ \t]/g, ""));
    if (decoded.kind === "bytes") return { type, bytes: toUint8Array(decoded.bytes) };
  }
}

/** The lines after `Name: value` headers and the blank line that ends them. */
function withoutHeaders(body: string): string {
  const lines = body.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "" && !line.includes(":"));
  return first < 0 ? "" : lines.slice(first).join("\n");
}

/** A block with lines of 64 characters. */
export function encodePem({ type, bytes }: PemBlock): string {
  const lines = encodeBase64(fromUint8Array(bytes)).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ""].join("\n");
}
