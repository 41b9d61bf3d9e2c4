import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketOf, BUCKETS, fnv1a, LABEL, nameAsLabel, trackingLabels } from "./labels.ts";

const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const objectName = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);

Deno.test("the hash is FNV-1a with 32 bits", () => {
  assert.equal(fnv1a(""), 0x811c9dc5);
  assert.equal(fnv1a("a"), 0xe40c292c);
  assert.equal(fnv1a("foobar"), 0xbf9cf968);
});

Deno.test("buckets never move: shards of two releases must agree on them", () => {
  assert.equal(BUCKETS, 64);
  assert.equal(bucketOf("default", "acme-web"), String(fnv1a("default/acme-web") % 64));
  assert.deepEqual(
    ["acme-web", "beta-web", "gamma-web"].map((name) => bucketOf("default", name)),
    ["42", "58", "31"],
  );
});

Deno.test("nodes spread over all buckets", () => {
  const seen = new Set(Array.from({ length: 2000 }, (_, n) => bucketOf("default", `tenant-${n}-web`)));
  assert.equal(seen.size, BUCKETS);
});

Deno.test("a name of up to 63 characters is its own label", () => {
  assert.equal(nameAsLabel("a".repeat(63)), "a".repeat(63));
});

Deno.test("longer names that begin alike get different labels", () => {
  const start = "a".repeat(80);
  assert.notEqual(nameAsLabel(`${start}1`), nameAsLabel(`${start}2`));
});

Deno.test("every object name becomes a valid label value", () => {
  fc.assert(fc.property(objectName, (name) => LABEL_VALUE.test(nameAsLabel(name))));
});

Deno.test("a child is labelled with node, namespace and bucket", () => {
  assert.deepEqual(trackingLabels({ namespace: "ns", name: "acme-web" }), {
    [LABEL.node]: "acme-web",
    [LABEL.nodeNamespace]: "ns",
    [LABEL.bucket]: bucketOf("ns", "acme-web"),
  });
});
