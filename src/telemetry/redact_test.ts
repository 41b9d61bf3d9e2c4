import assert from "node:assert/strict";
import fc from "fast-check";
import { errorText, isSecretKey, redact, REDACTED, redactText } from "./redact.ts";

const CANARY = "c4n4ry-Zq8";
const secretKeys = fc.constantFrom(
  "password",
  "dbPassword",
  "DB_PASSWORD",
  "token",
  "access-token",
  "Authorization",
  "stringData",
  "data",
  "clientSecret",
  "set-cookie",
);

Deno.test("a value under a secret key never shows, at any depth of objects, lists, maps and sets", () => {
  const wrap = (inner: unknown, how: string): unknown => {
    switch (how) {
      case "list":
        return [1, inner];
      case "map":
        return new Map([["k", inner]]);
      case "set":
        return new Set([inner]);
      default:
        return { spec: inner };
    }
  };
  fc.assert(
    fc.property(
      secretKeys,
      fc.array(fc.constantFrom("list", "map", "set", "object"), { maxLength: 12 }),
      fc.constantFrom<unknown>(CANARY, { k: CANARY }, [CANARY], new Map([["k", CANARY]])),
      (key, wraps, secret) => {
        const value = wraps.reduce<unknown>(wrap, { [key]: secret, name: "kept" });
        assert.ok(!JSON.stringify(redact(value)).includes(CANARY));
      },
    ),
  );
});

Deno.test("what is no secret stays as it is", () => {
  const value = {
    name: "acme",
    replicas: 3,
    ready: true,
    list: ["a", { b: null }],
    metadata: { labels: { a: "b" } },
  };
  assert.deepEqual(redact(value), value);
  for (const key of ["name", "metadata", "database", "dataSource", "secretRef", "tokenReviews"]) {
    assert.equal(isSecretKey(key), false, key);
  }
});

Deno.test("credentials inside text are replaced and the rest of the text stays", () => {
  const cases: [string, string][] = [
    [`dial mysql://root:${CANARY}@db:3306/x failed`, `dial mysql://${REDACTED}@db:3306/x failed`],
    [`dial mysql://:${CANARY}@db:3306`, `dial mysql://${REDACTED}@db:3306`],
    [`authorization was Bearer ${CANARY}abc.def`, `authorization was Bearer ${REDACTED}`],
    [`dsn password=${CANARY} host=db`, `dsn password=${REDACTED} host=db`],
    [`body {"password":"${CANARY}","a":1}`, `body {"password":"${REDACTED}","a":1}`],
    [
      "Access denied for user 'lynq'@'10.0.0.1' (using password: YES)",
      "Access denied for user 'lynq'@'10.0.0.1' (using password: YES)",
    ],
    ["https://db.example:3306/path?a=b", "https://db.example:3306/path?a=b"],
  ];
  for (const [text, want] of cases) assert.equal(redactText(text), want);
});

Deno.test("an error's text holds its causes once each, also when they form a cycle", () => {
  const root = new Error("connection refused");
  const middle = new Error("query failed: connection refused", { cause: root });
  const top = new Error("sync failed", { cause: middle });
  assert.equal(errorText(top), "sync failed: query failed: connection refused");
  root.cause = top;
  assert.equal(errorText(top), "sync failed: query failed: connection refused");
});

Deno.test("anything thrown has a text", () => {
  assert.equal(errorText("plain"), "plain");
  assert.equal(errorText(undefined), "unknown error");
  assert.equal(errorText({ code: 7, token: CANARY }), `{"code":7,"token":"${REDACTED}"}`);
  assert.equal(errorText(new RangeError()), "RangeError");
});

Deno.test("cycles, depth, bytes, bigints and dates become plain JSON", () => {
  const cycle: Record<string, unknown> = { name: "x" };
  cycle["self"] = cycle;
  assert.deepEqual(redact(cycle), { name: "x", self: "[cycle]" });
  assert.deepEqual(
    redact({ n: 2n ** 60n, at: new Date(0), bytes: new Uint8Array(3), bad: new Date(Number.NaN) }),
    {
      n: "1152921504606846976",
      at: "1970-01-01T00:00:00.000Z",
      bytes: "[3 bytes]",
      bad: null,
    },
  );
  const deep = Array.from({ length: 20 }).reduce<unknown>((inner) => ({ inner }), "leaf");
  assert.ok(JSON.stringify(redact(deep)).includes("[too deep]"));
});
