import assert from "node:assert/strict";
import { SourceError } from "../../src/source/port.ts";
import { type Behaviour, query, readRows } from "./source_contract.ts";
import { serverConfig, type ServerUnderTest } from "./source_server_behaviours.ts";

/** Names that would be more than names in a connection string, in a path or in SQL. */
const NAMES = [
  "tenants?allowAllFiles=true",
  "d?ssl=false&allowLoadLocalInfile=true",
  "../d",
  "d;DROP TABLE tenants",
  "d`; DROP TABLE tenants; --",
  'd"x',
  "d'; SELECT 1; --",
  "d host=example.com",
];

const CODES: readonly string[] = [
  "DatabaseNotFound",
  "AccessDenied",
  "AuthenticationFailed",
  "InvalidConfig",
];

export const nameBehaviours: readonly Behaviour<ServerUnderTest>[] = [{
  name: "a database or user whose name looks like options, a path or SQL is a name that there is none of",
  async run(database) {
    for (const name of NAMES) {
      for (const server of [{ database: name }, { username: name }]) {
        const outcome = await readRows(serverConfig(database, { server }), query("tenants", "id"))
          .catch((cause: unknown) => cause);
        assert.ok(outcome instanceof SourceError, name);
        assert.ok(CODES.includes(outcome.code), `${name}: ${outcome.code}`);
      }
    }
    assert.equal((await readRows(serverConfig(database), query("tenants", "id"))).length, 2);
  },
}];
