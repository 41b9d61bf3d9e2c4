import assert from "node:assert/strict";
import { type AdvisoryOutcome, advisoryReport, checkAdvisories } from "./advisory_check.ts";

const PACKAGES = ["1.0.0", "2.0.0"].map((version) => ({
  name: "left",
  version,
  integrity: "sha512-AAAA",
  dependencies: [],
}));
const BAD = {
  url: "https://example.com/GHSA-1",
  title: "Reads too far",
  severity: "high",
  vulnerable_versions: "<2",
};
const options = (registry: string) => ({ registry, timeoutMs: 60_000 });

/** What comes of a registry that answers like this, and what it was asked. */
async function against(answer: Response): Promise<{ outcome: AdvisoryOutcome; asked: string[] }> {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
    return answer;
  });
  const outcome = await checkAdvisories(PACKAGES, options(`http://127.0.0.1:${server.addr.port}/mirror`));
  return { outcome, asked };
}

Deno.test("every version is asked for, and an advisory is told for the versions that have it", async () => {
  const { outcome, asked } = await against(Response.json({ left: [BAD], other: [BAD] }));
  assert.deepEqual(asked, ['POST /mirror/-/npm/v1/security/advisories/bulk {"left":["1.0.0","2.0.0"]}']);
  assert.equal(outcome.kind, "checked");
  assert.deepEqual(advisoryReport(outcome, []), {
    code: 1,
    lines: ["left@1.0.0: high: Reads too far (<2) https://example.com/GHSA-1"],
  });
});

Deno.test("an accepted advisory is counted, and one that nothing has any more is to be taken off the list", async () => {
  const { outcome } = await against(Response.json({ left: [BAD] }));
  const accepted = { url: BAD.url, reason: "not called" };
  assert.deepEqual(advisoryReport(outcome, [accepted]).lines, [
    "2 packages, no advisory, 1 accepted with a reason",
  ]);
  const none = await against(Response.json({}));
  assert.deepEqual(advisoryReport(none.outcome, []), { code: 0, lines: ["2 packages, no advisory"] });
  assert.equal(advisoryReport(none.outcome, [accepted]).code, 1);
});

Deno.test("what is no answer of a registry is no result, and says so", async () => {
  const answers = [
    [new Response("no", { status: 405 }), /HTTP 405/],
    [new Response("{}", { status: 503 }), /HTTP 503/],
    [new Response("<html>"), /not that of an npm registry/],
    [Response.json({ left: [{ severity: "high" }] }), /not that of an npm registry/],
    [Response.json([]), /not that of an npm registry/],
  ] as const;
  for (const [answer, reason] of answers) {
    const { outcome } = await against(answer);
    const { code, lines } = advisoryReport(outcome, []);
    assert.equal(code, 3);
    assert.match(lines[0] ?? "", /^ADVISORIES NOT CHECKED: http/);
    assert.match(lines[0] ?? "", reason);
  }
});

Deno.test("a registry that can't be reached is told, whatever is accepted", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const outcome = await checkAdvisories(PACKAGES, options(`http://127.0.0.1:${port}`));
  assert.equal(outcome.kind, "notChecked");
  assert.equal(advisoryReport(outcome, [{ url: BAD.url, reason: "not called" }]).code, 3);
});
