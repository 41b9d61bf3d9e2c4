import assert from "node:assert/strict";
import { tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { hubSpecOf, storedHub } from "../../tests/support/stored_objects.ts";
import { SourceError } from "../source/port.ts";
import { readRows } from "./read_rows.ts";

const KEY = "default/tenants";
const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const HUB = `${tenantsHub("60s")}  extraValueMappings: {plan: plan}
`;
const FORM = WEB_FORM;
const row = (id: string, plan = "pro", active = "1") => ({ id, active, plan });

/** One read after the other, until one asks for nothing. */
async function calmed(lab: HubLab): Promise<void> {
  await lab.objects.apply(HUB);
  await lab.objects.apply(FORM);
  await lab.formPass("web");
  lab.table.rows = [row("a"), row("b")];
  for (let passes = 0; lab.memory.get(KEY)?.calm === undefined; passes++) {
    assert(passes < 5);
    await read(lab);
  }
}

async function read(lab: HubLab) {
  lab.clock.ahead += 120;
  const { reads } = lab.table;
  const pass = await lab.hubPass("tenants");
  assert.equal(lab.table.reads, reads + 1);
  return pass;
}

/** Whether the next read is planned anew; how many writes it makes. */
async function planned(lab: HubLab): Promise<number | "calm"> {
  const before = lab.memory.get(KEY)?.calm;
  const { writes } = await read(lab);
  return lab.memory.get(KEY)?.calm === before ? "calm" : writes;
}

Deno.test("a read of the rows that asked for nothing is not planned again, and the hub comes back for the next", async () => {
  await withHub(async (lab) => {
    await calmed(lab);
    await read(lab);
    const kept = lab.memory.get(KEY)?.calm;
    for (let n = 0; n < 3; n++) {
      const { verdict, writes } = await read(lab);
      assert(verdict.kind === "requeue" && verdict.afterMs > 0 && verdict.afterMs <= 60_000);
      assert.equal(writes, 0);
      assert.equal(lab.memory.get(KEY)?.calm, kept);
    }
  });
});

Deno.test("another row, node, form or hub, or a read that failed, is planned for", async () => {
  await withHub(async (lab) => {
    const settle = async () => {
      for (let passes = 0; await planned(lab) !== "calm"; passes++) assert(passes < 5);
    };
    await calmed(lab);
    await settle();
    lab.table.rows = [row("a"), row("b", "gold")];
    assert.equal(await planned(lab), 1);
    await settle();
    await lab.objects.merge({ ...API, kind: "LynqNode", name: "b-web" }, { spec: { values: { plan: "x" } } });
    assert.equal(await planned(lab), 1);
    await settle();
    await lab.objects.merge({ ...API, kind: "LynqForm", name: "web" }, { metadata: { labels: { a: "b" } } });
    assert.equal(await planned(lab), 0);
    await settle();
    await lab.objects.merge({ ...API, kind: "LynqHub", name: "tenants" }, {
      metadata: { labels: { a: "b" } },
    });
    assert.equal(await planned(lab), 0);
    await settle();
    lab.table.error = new SourceError("gone", { code: "ConnectionLost", remedy: "Start it" });
    await read(lab);
    lab.table.error = undefined;
    assert.notEqual(await planned(lab), "calm");
    await settle();
  });
});

Deno.test("the end of a node's pause is planned for, though nothing else moved", async () => {
  await withHub(async (lab) => {
    await calmed(lab);
    const until = new Date(Date.now() + lab.clock.ahead * 1000 + 600_000).toISOString();
    await lab.objects.merge({ ...API, kind: "LynqNode", name: "a-web" }, {
      metadata: { annotations: { "lynq.sh/paused": until } },
    });
    lab.table.rows = [row("a", "gold"), row("b")];
    for (let passes = 0; await planned(lab) !== "calm"; passes++) assert(passes < 4);
    lab.clock.ahead += 600;
    const { writes } = await lab.hubPass("tenants");
    assert(writes > 0);
  });
});

Deno.test("rows have the same digest only where each cell is the same", async () => {
  const hub = storedHub({
    spec: hubSpecOf({
      source: {
        ...hubSpecOf().source,
        type: "sqlite",
        sqlite: { path: "/a.db", table: "rows" },
      },
      extraValueMappings: { first: "first", second: "second" },
    }),
  });
  const digest = async (...rows: readonly (readonly [string, string])[]) => {
    const page = rows.map(([first, second]) => ({ "\nuid": "a", "\nactivate": "1", first, second }));
    const source = {
      async *read() {
        yield await Promise.resolve(page);
      },
      close: () => Promise.resolve(),
    };
    const secrets = { read: () => Promise.resolve(new Map()) };
    return (await readRows({ secrets, open: () => source }, hub, new AbortController().signal)).digest;
  };
  assert.equal(await digest(["a", "b"]), await digest(["a", "b"]));
  const others = [["a", "c"], ["ab", ""], ["", "ab"], ["a1", ":b"], ["b", "a"]] as const;
  const digests = await Promise.all([digest(["a", "b"]), ...others.map((each) => digest(each)), digest()]);
  assert.equal(new Set(digests).size, digests.length);
});
