/** Go's package strings on byte strings, where JavaScript's own methods differ. */
import { decodeLastRune, decodeRune, toRunes } from "./bytes.ts";
import { type Budget, CallError } from "./function.ts";
import { isSpace } from "./unicode.ts";

/** Takes runes off the chosen ends as long as `test` holds. */
function trimRunes(bytes: string, test: (rune: number) => boolean): string {
  let start = 0;
  while (start < bytes.length) {
    const { rune, width } = decodeRune(bytes, start);
    if (!test(rune)) break;
    start += width;
  }
  let rest = bytes.slice(start);
  while (rest.length > 0) {
    const { rune, width } = decodeLastRune(rest);
    if (!test(rune)) break;
    rest = rest.slice(0, -width);
  }
  return rest;
}

/** strings.TrimSpace. */
export function trimSpace(bytes: string): string {
  return trimRunes(bytes, isSpace);
}

/** strings.Trim: takes every rune of `cutset` off both ends. */
export function trimSet(bytes: string, cutset: string): string {
  const set = new Set(toRunes(cutset));
  return trimRunes(bytes, (rune) => set.has(rune));
}

/** strings.SplitN: at most `limit` parts, all for a negative limit; an empty separator parts the runes. */
export function split(bytes: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  if (separator === "") return runesOf(bytes, limit);
  const parts = bytes.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function runesOf(bytes: string, limit: number): string[] {
  const parts: string[] = [];
  let at = 0;
  while (at < bytes.length && (limit < 0 || parts.length < limit - 1)) {
    const { width } = decodeRune(bytes, at);
    parts.push(bytes.slice(at, at + width));
    at += width;
  }
  if (at < bytes.length) parts.push(bytes.slice(at));
  return parts;
}

/** strings.ReplaceAll; an empty `old` stands before every rune and at the end. Charged by what it makes. */
export function replaceAll(bytes: string, change: { old: string; to: string }, budget: Budget): string {
  const parts = change.old === "" ? ["", ...runesOf(bytes, -1), ""] : bytes.split(change.old);
  const joints = change.old === "" ? parts.length - 1 : parts.length;
  budget.bytes(bytes.length + (joints - 1) * change.to.length);
  if (change.old !== "") return parts.join(change.to);
  return parts.slice(0, -1).join(change.to) + change.to;
}

/** strings.Repeat. Charged by what it makes. */
export function repeat(bytes: string, count: bigint, budget: Budget): string {
  if (count < 0n) throw new CallError("strings: negative Repeat count");
  if (bytes === "") return "";
  budget.bytes(bytes.length * Number(count));
  return bytes.repeat(Number(count));
}

/** Go's slicing of a string, with the panic of the runtime for bounds outside it. */
export function sliceBytes(bytes: string, range: { start?: bigint; end?: bigint }): string {
  const length = BigInt(bytes.length);
  const { start = 0n, end } = range;
  const failed = (bounds: string) => new CallError(`runtime error: slice bounds out of range ${bounds}`);
  if (end !== undefined && end < 0n) throw failed(`[:${end}]`);
  if (end !== undefined && end > length) throw failed(`[:${end}] with length ${length}`);
  if (start < 0n) throw failed(`[${start}:]`);
  if (start > (end ?? length)) throw failed(`[${start}:${end ?? length}]`);
  return bytes.slice(Number(start), Number(end ?? length));
}
