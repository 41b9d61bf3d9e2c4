import assert from "node:assert/strict";
import { WithheldEvents } from "./fault_withheld.ts";

const line = (type: string, name: string, value: number) =>
  `${JSON.stringify({ type, object: { metadata: { name }, value } })}\n`;

Deno.test("of the events of one object only the last is told, and none out of the order of versions", () => {
  let told = "";
  const events = new WithheldEvents(60_000, (bytes) => told += new TextDecoder().decode(bytes));
  const all = line("ADDED", "a", 1) + line("ADDED", "ü", 2) + line("BOOKMARK", "", 3) +
    line("DELETED", "a", 4);
  for (const byte of new TextEncoder().encode(all)) events.take(Uint8Array.of(byte));
  assert.equal(told, "");
  events.stop();
  assert.equal(told, line("ADDED", "ü", 2) + line("BOOKMARK", "", 3) + line("DELETED", "a", 4));
});
