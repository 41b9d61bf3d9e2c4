import assert from "node:assert/strict";
import { SickReads } from "./sick_reads.ts";

Deno.test("hubs whose last read failed leave one place to the others, and one has its turn where there is one only", () => {
  for (const [places, most] of [[3, 2], [2, 1], [1, 1]] as const) {
    const reads = new SickReads(places);
    const begun = ["a", "b", "c"].filter((key) => reads.begin(key));
    assert.equal(begun.length, most);
    reads.end("a");
    assert.equal(reads.begin("d"), true);
    assert.equal(reads.begin("e"), false);
  }
});
