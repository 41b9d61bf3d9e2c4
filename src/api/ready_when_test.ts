import assert from "node:assert/strict";
import fc from "fast-check";
import { checkReadyWhen, compileReadyWhen, type ReadyAnswer } from "./ready_when.ts";

const CLUSTER = {
  apiVersion: "db.example.org/v1",
  kind: "Cluster",
  metadata: { name: "acme", generation: 3, labels: { "app.kubernetes.io/name": "db" } },
  spec: { instances: 3, ratio: 0.5 },
  status: {
    phase: "Cluster in healthy state",
    readyInstances: 3,
    conditions: [{ type: "Ready", status: "True" }, { type: "Archiving", status: "False" }],
  },
};

function say(text: string, object: object = CLUSTER): string {
  const answer: ReadyAnswer = compileReadyWhen(text)(object);
  return answer.kind === "yes" ? "yes" : `${answer.kind} ${answer.message}`;
}

Deno.test("readyWhen is true for what the object says", () => {
  for (
    const text of [
      "object.status.readyInstances == object.spec.instances",
      "object.status.readyInstances >= 3",
      "object.spec.ratio < 1",
      "object.status.phase == 'Cluster in healthy state'",
      "object.status.phase.matches('healthy')",
      "object.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
      "has(object.status.phase) && !has(object.status.failure)",
      "object.metadata.labels['app.kubernetes.io/name'] == 'db'",
      "object.status.?endpoint.orValue('none') == 'none'",
      "object.status.readyInstances + 1 == 4",
    ]
  ) {
    assert.equal(checkReadyWhen(text), undefined, text);
    assert.equal(say(text), "yes", text);
  }
});

Deno.test("readyWhen that is false, or asks for a field that is not there yet, is not ready and says why", () => {
  assert.equal(
    say("object.status.readyInstances ==\n  4"),
    "no readyWhen is false: object.status.readyInstances == 4",
  );
  assert.equal(say("object.status.endpoint != ''"), "no readyWhen can't be told yet: No such key: endpoint");
  assert.equal(say("object.status.phase == ''", {}), "no readyWhen can't be told yet: No such key: status");
});

Deno.test("readyWhen that gives something else than true or false is invalid", () => {
  const example =
    "give an expression over `object` that gives true or false, such as object.status.phase == 'Running'";
  assert.equal(say("object.status.phase"), `invalid readyWhen gave a text, not true or false; ${example}`);
  assert.equal(say("object.status"), `invalid readyWhen gave an object, not true or false; ${example}`);
  assert.equal(say("1 + 1"), `invalid readyWhen gives int, not true or false; ${example}`);
});

Deno.test("the text of a readyWhen is refused with what is wrong in it", () => {
  const told = (text: string) => checkReadyWhen(text)?.split(";")[0];
  assert.equal(told("  "), "is empty");
  assert.equal(told("object.status ="), "is no valid CEL: Unexpected character: =");
  assert.equal(
    told("object.metadata.name == '{{ .uid }}'"),
    "is no template, so that {{ }} has no meaning in it",
  );
  assert.equal(told("self.status.ready"), "is no valid CEL: Unknown variable: self");
  assert.equal(told("'a' + 1 == 'b'"), "is no valid CEL: no such overload: string + int");
  assert.equal(told("object.a.b(1)")?.startsWith("is no valid CEL"), true);
  assert.equal(told("size(object.status.conditions)"), "gives int, not true or false");
  assert.equal(told(`'${"a".repeat(4096)}' == ''`), "has more than 4096 characters");
  assert.equal(told(Array(400).fill("true").join(" && "))?.startsWith("is no valid CEL"), true);
});

Deno.test("what an evaluation may cost is bounded before it begins", () => {
  const list = { list: Array.from({ length: 2000 }, (_, n) => n) };
  assert.equal(say("object.list.exists(a, a == 5)", list), "yes");
  assert.match(
    say("object.list.all(a, object.list.all(b, object.list.all(c, a + b == c)))", list),
    /^invalid readyWhen takes too many steps: its loops are nested 4 deep, and a list of the object has 2000 entries/,
  );
  const text = { text: "a,".repeat(100_000) };
  assert.match(
    say("object.text.split(',').map(a, object.text.split(',')).size() > 0", text),
    /too many steps/,
  );
});

Deno.test("a regular expression that backtracks elsewhere takes linear time", () => {
  assert.match(
    say("object.text.matches('^(a+)+$')", { text: "a".repeat(50_000) + "b" }),
    /^no readyWhen is false/,
  );
  assert.match(say("object.text.matches('(')", { text: "a" }), /^no readyWhen can't be told yet/);
});

Deno.test("what a readyWhen says of a Secret quotes no value of it", () => {
  const secret = { kind: "Secret", data: { password: "aHVudGVyMg==", key: "hunter2" } };
  for (
    const text of [
      "bool(object.data.password)",
      "duration(object.data.key) > duration('1s')",
      "object.data[object.data.key] == ''",
    ]
  ) {
    const said = say(text, secret);
    assert.match(said, /^no readyWhen can't be told yet: /);
    assert.doesNotMatch(said, /hunter2|aHVudGVyMg/);
  }
});

const PARTS = [
  "object",
  "object.a",
  "object.l",
  "object.l[0]",
  "object.m['k']",
  "object.?a",
  "1",
  "-1",
  "0",
  "2.5",
  "'x'",
  "true",
  "null",
  "[]",
  "{}",
  "b''",
];
const FORMS = [
  "(A + B)",
  "(A / B)",
  "(A % B)",
  "(A == B)",
  "(A < B)",
  "(A && B)",
  "(A in B)",
  "A[B]",
  "A.size()",
  "A.split(B)",
  "A.matches(B)",
  "A.map(i, B)",
  "A.exists(i, i == B)",
  "A.all(i, B)",
  "(A ? B : A)",
  "int(A)",
  "string(A)",
  "timestamp(A)",
  "duration(A)",
  "has(A)",
  "A.orValue(B)",
  "A.substring(B)",
  "A.join(B)",
  "!A",
  "-A",
  "double(A)",
  "bytes(A).json()",
  "A.getFullYear(B)",
  "cel.bind(i, A, B)",
] as const;
const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...PARTS),
    fc.tuple(fc.constantFrom(...FORMS), tie("any"), tie("any")).map(([form, a, b]) =>
      form.replaceAll("A", () => a).replaceAll("B", () => b)
    ),
  ),
})).any;

Deno.test("whatever the text and the object, it is refused or answered, and nothing is thrown", () => {
  const object = fc.record({
    a: fc.jsonValue(),
    l: fc.array(fc.jsonValue()),
    m: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.oneof(expression, fc.string()), object, (text, value) => {
      const { kind } = compileReadyWhen(text)(value);
      assert.ok(checkReadyWhen(text) === undefined || kind === "invalid");
    }),
    { numRuns: 1000 },
  );
});
