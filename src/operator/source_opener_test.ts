import assert from "node:assert/strict";
import type { SourceConfig } from "../source/config.ts";
import { SourceError } from "../source/port.ts";
import { addressRefusal, isListed, sourceOpener } from "./source_opener.ts";

const API = "https://10.96.0.1:6443";
const deadlines = { connectMs: 1, queryMs: 1 };
const sqlite = (path: string): SourceConfig => ({ type: "sqlite", path, deadlines });

Deno.test("a host is listed by itself for any port, or with its port", () => {
  assert.equal(isListed(["db.example"], "db.example", 3306), true);
  assert.equal(isListed(["db.example:3306"], "db.example", 3306), true);
  assert.equal(isListed(["db.example:3306"], "db.example", 5432), false);
  assert.equal(isListed(["db.example"], "other.example", 3306), false);
  assert.equal(isListed(["[::1]:5432"], "::1", 5432), true);
  assert.equal(isListed([], "db.example", 3306), false);
});

Deno.test("a file is open to hubs below a named folder or by its own name, never through ..", () => {
  const refused = (path: string, sourcePaths: string[]) => {
    try {
      sourceOpener({ sourceHosts: [], sourcePaths, apiServer: API })(sqlite(path));
    } catch (error) {
      assert(error instanceof SourceError);
      assert.equal(error.code, "InvalidConfig");
      return error.remedy;
    }
    return undefined;
  };
  assert.match(refused("/etc/passwd", ["/data"]) ?? "", /--source-paths naming the folder of \/etc\/passwd/);
  assert(refused("/database/x.db", ["/data"]));
  assert(refused("/data/../etc/passwd", ["/data"]));
  assert(refused("/data/x.db", []));
});

const tls = { mode: "disable" } as const;

/** Why a host is refused before a packet is sent; undefined where it may be read. */
function refusal(host: string, sourceHosts: string[], port = 3306): SourceError | undefined {
  const server = { host, port, username: "u", password: "secret", database: "d", tls };
  try {
    sourceOpener({ sourceHosts, sourcePaths: [], apiServer: API })({ type: "mysql", server, deadlines });
    return undefined;
  } catch (error) {
    assert(error instanceof SourceError);
    assert.equal(error.code, "InvalidConfig");
    assert(!error.message.includes("secret"));
    return error;
  }
}

Deno.test("a host that is not named is refused before a packet is sent, with the flag to set", () => {
  assert.equal(refusal("db", ["other"])?.remedy, "Start the operator with --source-hosts=db:3306");
  assert.equal(refusal("db", ["db"]), undefined);
  assert.equal(refusal("db", ["*"]), undefined);
});

Deno.test("a link-local host is refused in every spelling, named or not", () => {
  for (const host of ["169.254.169.254", "2852039166", "0xa9fea9fe", "::ffff:a9fe:a9fe", "fe80::1"]) {
    assert.match(refusal(host, ["*", host])?.message ?? "", /is link-local/, host);
  }
});

Deno.test("this machine is no database's host unless it is named, also where any host may be read", () => {
  for (const host of ["127.0.0.1", "127.1", "2130706433", "::1", "localhost", "db.localhost", "0.0.0.0"]) {
    assert.match(refusal(host, ["*"])?.remedy ?? "", /--source-hosts=\*,/, host);
    assert.equal(refusal(host, ["*", host]), undefined);
  }
});

Deno.test("the API server is no database, by address and by name, at its port alone", () => {
  for (const host of ["10.96.0.1", "::ffff:10.96.0.1", "0x0a600001", "kubernetes.default.svc"]) {
    assert.match(refusal(host, ["*", host], 6443)?.message ?? "", /is the API server/, host);
  }
  assert.equal(refusal("10.96.0.1", ["10.96.0.1"], 3306), undefined);
});

Deno.test("a name is judged by the address that it turned out to have", () => {
  const judge = (address: string, sourceHosts: string[], port = 3306) =>
    addressRefusal({ sourceHosts, sourcePaths: [], apiServer: API }, { host: "db.example", port }, address);
  const named = ["db.example"];
  assert.equal(judge("10.0.0.7", named), undefined);
  assert.equal(judge("fd00::7", named), undefined);
  assert.match(
    judge("169.254.169.254", named)?.message ?? "",
    /db\.example:3306 has the address 169\.254.*link-local/,
  );
  assert.match(judge("::ffff:169.254.169.254", ["*"])?.message ?? "", /link-local/);
  assert.match(judge("fe80::1%eth0", named)?.message ?? "", /link-local/);
  assert.match(judge("10.96.0.1", named, 6443)?.message ?? "", /the API server/);
  assert.match(judge("127.0.0.1", named)?.remedy ?? "", /--source-hosts=db\.example:3306,127\.0\.0\.1:3306$/);
  assert.equal(judge("127.0.0.1", ["db.example", "127.0.0.1:3306"]), undefined);
});

for (const type of ["mysql", "postgres"] as const) {
  Deno.test(`a name of ${type} that leads to the API server gets no byte there, whatever it led to before`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const got = (async () => {
      using connection = await listener.accept();
      return await connection.read(new Uint8Array(1)).catch(() => null);
    })();
    const server = { host: "localhost", port, username: "u", password: "p", database: "d", tls };
    const reach = { sourceHosts: ["localhost"], sourcePaths: [], apiServer: `http://127.0.0.1:${port}` };
    const source = sourceOpener(reach)({ type, server, deadlines: { connectMs: 60_000, queryMs: 60_000 } });
    const { signal } = new AbortController();
    const query = { table: "t", columns: [{ variable: "id", column: "id" }] };
    const error = await Array.fromAsync(source.read(query, signal)).catch((cause: unknown) => cause);
    assert(error instanceof SourceError);
    assert.equal(error.code, "InvalidConfig");
    assert.match(error.message, /has the address 127\.0\.0\.1, which is the API server/);
    assert.equal(await got, null);
    await source.close();
    listener.close();
  });
}
