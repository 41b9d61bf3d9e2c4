import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { KeyMaker } from "./key_maker.ts";

Deno.test("a key is made while all else goes on, one after the other", async () => {
  const keys = new KeyMaker();
  let turns = 0;
  let done = false;
  const turn = () => {
    turns++;
    if (!done) setImmediate(turn);
  };
  const both = Promise.all([keys.make("rsa2048"), keys.make("rsa2048")]);
  turn();
  const [one, two] = await both;
  done = true;
  assert(turns > 2, `${turns} turns`);
  assert.notEqual(one, two);
  assert.equal(createPrivateKey(one ?? "").asymmetricKeyDetails?.modulusLength, 2048);
});

Deno.test("every kind of key has the form that templates give it", async () => {
  const keys = new KeyMaker();
  const forms = [["dsa", "DSA"], ["ecdsa", "EC"], ["ed25519", ""], ["rsa2048", "RSA"]] as const;
  for (const [kind, form] of forms) {
    const pem = await keys.make(kind);
    assert.ok(pem.startsWith(`-----BEGIN ${`${form} PRIVATE`.trim()} KEY-----\n`), kind);
  }
});
