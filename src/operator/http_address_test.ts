import assert from "node:assert/strict";
import { BindAddressError, isLoopback, listenPermissions, parseBindAddress } from "./http_address.ts";

const listen = (hostname: string | undefined, port: number) => ({ kind: "listen", hostname, port });

Deno.test("an address flag is off, a port, or a host and a port", () => {
  const cases: [string, unknown][] = [
    ["0", { kind: "off" }],
    ["", { kind: "off" }],
    [":8081", listen(undefined, 8081)],
    [":0", listen(undefined, 0)],
    ["127.0.0.1:0", listen("127.0.0.1", 0)],
    ["localhost:8081", listen("localhost", 8081)],
    ["[::1]:65535", listen("::1", 65535)],
  ];
  for (const [text, want] of cases) assert.deepEqual(parseBindAddress("f", text), want, text);
});

Deno.test("what is no address is refused with the flag and what it takes", () => {
  for (
    const text of ["8081", "localhost", ":65536", ":-1", "::1:80", "http://x:80", "a b:1", ":80 ", "[x]:80"]
  ) {
    assert.throws(
      () => parseBindAddress("health-probe-bind-address", text),
      (error) =>
        error instanceof BindAddressError && error.flag === "health-probe-bind-address" &&
        error.value === text,
      text,
    );
  }
});

Deno.test("listening needs the permission for the address alone", () => {
  const permissions = (text: string) => listenPermissions(parseBindAddress("f", text));
  assert.deepEqual(permissions("0"), []);
  assert.deepEqual(permissions(":8081"), ["[::]:8081", "0.0.0.0:8081"]);
  assert.deepEqual(permissions("127.0.0.1:8082"), ["127.0.0.1:8082"]);
  assert.deepEqual(permissions("127.0.0.1:0"), ["127.0.0.1"]);
});

Deno.test("loopback is what only this machine reaches", () => {
  const loopback = (text: string) => isLoopback(parseBindAddress("f", text));
  assert.deepEqual(["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"].map(loopback), [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual([":1", "0.0.0.0:1", "10.0.0.1:1", "[::]:1", "0"].map(loopback), [
    false,
    false,
    false,
    false,
    false,
  ]);
});
