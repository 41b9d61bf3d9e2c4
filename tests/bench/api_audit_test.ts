import assert from "node:assert/strict";
import { AuditLog, requestsIn, since, total, writesIn } from "./api_audit.ts";

function line(verb: string, resource: string, subresource?: string): string {
  const objectRef = { resource, ...(subresource === undefined ? {} : { subresource }) };
  return JSON.stringify({ verb, requestURI: "/x?y=ü", objectRef });
}

const LINES = [
  line("patch", "configmaps"),
  line("patch", "configmaps"),
  line("patch", "lynqnodes", "status"),
  line("get", "leases"),
  line("watch", "configmaps"),
  JSON.stringify({ verb: "get", requestURI: "/apis?timeout=1s" }),
];

Deno.test("requests are counted by verb and resource, without Leases and watches", () => {
  const counts = requestsIn(LINES);
  assert.deepEqual(Object.fromEntries(counts), {
    "patch configmaps": 2,
    "patch lynqnodes/status": 1,
    "get /apis": 1,
  });
  assert.equal(total(counts), 4);
  assert.equal(writesIn(counts), 3);
  assert.deepEqual(Object.fromEntries(since(new Map([["patch configmaps", 1], ["get /apis", 1]]), counts)), {
    "patch configmaps": 1,
    "patch lynqnodes/status": 1,
  });
});

Deno.test("a log that grows is counted on, also where it was cut inside a character", async () => {
  const path = await Deno.makeTempFile();
  try {
    const log = new AuditLog(path);
    const bytes = new TextEncoder().encode(LINES.map((each) => `${each}\n`).join(""));
    for (let from = 0; from < bytes.length; from += 7) {
      await Deno.writeFile(path, bytes.subarray(from, from + 7), { append: true });
      await log.requests();
    }
    assert.deepEqual(await log.requests(), requestsIn(LINES));
  } finally {
    await Deno.remove(path);
  }
  assert.equal((await new AuditLog(path).requests()).size, 0);
});
