import assert from "node:assert/strict";
import type { KeySource } from "../api/givens.ts";
import { parseTemplate } from "../template/mod.ts";
import { keySupply, type MadePair } from "./key_supply.ts";

Deno.test("a rendering tells which key it lacks, one after the other, and takes each once", () => {
  const text = '{{ genPrivateKey "rsa" }} {{ genPrivateKey "ed25519" }} {{ genPrivateKey "rsa" }}';
  const template = parseTemplate(text);
  const rendered = (privateKey: KeySource) => template.render({}, { world: { privateKey } });
  const made: MadePair[] = [];
  const lacked = ["rsa4096", "ed25519", "rsa4096"] as const;
  for (const [n, kind] of lacked.entries()) {
    const supply = keySupply(made);
    assert.throws(() => rendered(supply.take));
    assert.equal(supply.missing(), kind);
    made.push({ kind, pem: `${kind}-${n}` });
  }
  const supply = keySupply(made);
  assert.equal(rendered(supply.take), "rsa4096-0 ed25519-1 rsa4096-2");
  assert.equal(supply.missing(), undefined);
});
