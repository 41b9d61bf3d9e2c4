import { createHash } from "node:crypto";

/** Names a set so that a person can approve it: a hash over the sorted texts. */
export function hashOf(texts: readonly string[]): string {
  return createHash("sha256").update([...texts].sort().join("\n")).digest("hex").slice(0, 16);
}

const MARK_LENGTH = 6;

/** One member of a set in a status that must stay small whatever the set's size. */
export function markOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, MARK_LENGTH);
}

/** The marks of a set in one text. */
export function marksOf(texts: readonly string[]): string {
  return texts.map(markOf).sort().join("");
}

export function marksIn(marks: string): Set<string> {
  const count = Math.floor(marks.length / MARK_LENGTH);
  return new Set(
    Array.from({ length: count }, (_, n) => marks.slice(n * MARK_LENGTH, (n + 1) * MARK_LENGTH)),
  );
}
