import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKind, addressOf } from "./address.ts";

Deno.test("a link-local address is one in whatever it is spelled in", () => {
  const spelled = [
    ...[
      "169.254.169.254",
      "2852039166",
      "0xa9fea9fe",
      "0xA9.0xFE.0xA9.0xFE",
      "0251.0376.0251.0376",
      "169.254.43518",
    ],
    ...[
      "169.254.169.254.",
      "::ffff:169.254.169.254",
      "::ffff:a9fe:a9fe",
      "[::ffff:a9fe:a9fe]",
      "::169.254.169.254",
    ],
    ...["64:ff9b::a9fe:a9fe", "fe80::1", "fe80::1%eth0", "FEBF::1", "0:0:0:0:0:ffff:a9fe:1"],
  ];
  for (const host of spelled) assert.equal(addressKind(host), "link-local", host);
  for (const host of ["fec0::1", "169.253.1.1", "169.255.1.1"]) {
    assert.equal(addressKind(host), "other", host);
  }
});

Deno.test("loopback is every spelling of it, and of no address at all", () => {
  for (
    const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0.0.0.0",
      "0",
      "::1",
      "::",
      "::ffff:7f00:1",
    ]
  ) {
    assert.equal(addressKind(host), "loopback", host);
  }
});

Deno.test("a name is no address", () => {
  for (
    const host of ["db", "localhost", "db.example.org", "a9fe", "169.254.example", "", "a b", "1.2.3.4.5"]
  ) {
    assert.equal(addressOf(host), undefined, host);
  }
});

Deno.test("an IPv4 address is the same as number, in hexadecimal and within IPv6", () => {
  fc.assert(fc.property(fc.ipV4(), (address) => {
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    for (const host of [String(number), `0x${number.toString(16)}`, `::ffff:${address}`]) {
      assert.equal(addressOf(host), address);
    }
  }));
});

Deno.test("an IPv6 address is the same however it is spelled", () => {
  fc.assert(fc.property(fc.ipV6(), (address) => {
    const once = addressOf(address);
    assert.notEqual(once, undefined);
    assert.equal(addressOf(once ?? ""), once);
  }));
});
