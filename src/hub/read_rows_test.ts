import assert from "node:assert/strict";
import { hubSpecOf, storedHub } from "../../tests/support/stored_objects.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { SourceError } from "../source/port.ts";
import { readRows } from "./read_rows.ts";

const server = {
  host: "db",
  port: 3306,
  username: "u",
  database: "d",
  table: "rows",
  passwordRef: { name: "login", key: "password" },
};
const hub = storedHub({
  spec: hubSpecOf({ source: { ...hubSpecOf().source, type: "mysql", mysql: server } }),
});

/** Reads the rows of a hub whose Secret's read ends with `error`. */
function read(error: Error): Promise<unknown> {
  const client = { get: () => Promise.reject(error) };
  const open = () => assert.fail("no connection without a password");
  return readRows({ client, open }, hub, new AbortController().signal);
}

Deno.test("a Secret that may not be read or is missing is told with its name, its field and the remedy", async () => {
  const told = async (status: number) => {
    const error: unknown = await read(new KubeError("no", { status, reason: "" })).catch((e: unknown) => e);
    assert(error instanceof SourceError);
    return `${error.code}: ${error.message}. ${error.remedy}`;
  };
  const login = "InvalidConfig: Secret ns/login, named by spec.source.mysql.passwordRef,";
  assert.equal(
    await told(403),
    `${login} may not be read by the operator. Grant get on secrets in that namespace to its ServiceAccount`,
  );
  assert.equal(
    await told(404),
    `${login} does not exist. Create the Secret, or correct spec.source.mysql.passwordRef.name`,
  );
});

Deno.test("a Secret whose read gets no answer says nothing about the database", async () => {
  await assert.rejects(read(new KubeUnreachable("no answer", { code: "Reset" })), KubeUnreachable);
});
