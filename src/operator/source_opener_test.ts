import assert from "node:assert/strict";
import type { SourceConfig } from "../source/config.ts";
import { SourceError } from "../source/port.ts";
import { isListed, sourceOpener } from "./source_opener.ts";

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
      sourceOpener({ sourceHosts: [], sourcePaths })(sqlite(path));
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

Deno.test("a host that is not named is refused before a packet is sent, with the flag to set", () => {
  const tls = { mode: "disable" } as const;
  const server = { host: "db", port: 3306, username: "u", password: "secret", database: "d", tls };
  assert.throws(
    () => sourceOpener({ sourceHosts: ["other"], sourcePaths: [] })({ type: "mysql", server, deadlines }),
    (error) => {
      assert(error instanceof SourceError);
      assert.equal(error.remedy, "Start the operator with --source-hosts=db:3306");
      assert(!error.message.includes("secret"));
      return true;
    },
  );
});
