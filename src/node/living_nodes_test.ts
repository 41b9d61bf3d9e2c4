import assert from "node:assert/strict";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { ListOptions } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import { NODE } from "../operator/kinds.ts";
import { goneNodes, isStillOurs, type Registry } from "./living_nodes.ts";

const CACHED = storedNode({ row: "acme", form: "web" });
const signal = new AbortController().signal;

/** A cache with acme-web, and an API server that has acme-db too. */
function registry(asked: ListOptions[] = []): Registry {
  return {
    nodes: {
      type: NODE,
      get: (key) => key === "ns/acme-web" ? CACHED : undefined,
      labelled: (_, label) => label === "acme-web" ? [CACHED] : [],
    },
    client: {
      async *list(options) {
        asked.push(options);
        const there = options.fieldSelector === "metadata.name=acme-db";
        const items = there ? [{ metadata: { name: "acme-db", uid: "uid-of-acme-db" } }] : [];
        yield await Promise.resolve({ items, resourceVersion: "1" });
      },
    },
  };
}

const of = (name: string, uid?: string) => ({ namespace: "ns", name, ...(uid === undefined ? {} : { uid }) });

Deno.test("a node is gone when neither cache nor API server has it with its UID", async () => {
  const asked: ListOptions[] = [];
  const holders = [
    of("acme-web", CACHED.uid),
    of("acme-web"),
    of("acme-db"),
    of("acme-db", "uid-of-acme-db"),
    of("acme-db", "another"),
    of("acme-old"),
  ];
  const isGone = await goneNodes(registry(asked), holders, signal);
  assert.deepEqual(holders.map(isGone), [false, false, false, false, true, true]);
  assert.equal(asked.length, 4, "what is cached is not asked for");
});

Deno.test("a name that was cut to fit a label counts as living", async () => {
  const cut = of("a".repeat(63));
  assert.equal((await goneNodes(registry(), [cut], signal))(cut), false);
});

Deno.test("a node that may not be asked for counts as living", async () => {
  const client: Registry["client"] = {
    // deno-lint-ignore require-yield
    async *list() {
      await Promise.resolve();
      throw new KubeError("no", { status: 403, reason: "Forbidden" });
    },
  };
  const old = of("acme-old");
  assert.equal((await goneNodes({ ...registry(), client }, [old], signal))(old), false);
});

Deno.test("no answer is no absence", async () => {
  const client: Registry["client"] = {
    // deno-lint-ignore require-yield
    async *list() {
      await Promise.resolve();
      throw new Error("no answer");
    },
  };
  await assert.rejects(goneNodes({ ...registry(), client }, [of("acme-old")], signal), /no answer/);
});

Deno.test("a recorded object is this node's by its UID, unless a node that exists has it by now", async () => {
  const node = { namespace: "ns", name: "acme-db", uid: "u1" };
  const labels = (name: string) => ({ "lynq.sh/node": name, "lynq.sh/node-namespace": "ns" });
  const asked: ListOptions[] = [];
  const ours = (name: string | undefined, uid: string | undefined, world = registry(asked)) => {
    const metadata = { uid: "x", ...(name === undefined ? {} : { labels: labels(name) }) };
    return isStillOurs(world, { node, signal }, { object: { metadata }, uid });
  };
  assert.equal(await ours("acme-db", "x"), true);
  assert.equal(await ours("acme-db", "other"), false);
  assert.equal(await ours("acme-db", undefined), true);
  assert.equal(await ours(undefined, "x"), true);
  assert.equal(await ours(undefined, undefined), false);
  assert.equal(await ours("acme-web", "x"), false);
  assert.equal(await ours("acme-old", "x"), true);
  assert.equal(asked.length, 0);

  const elsewhere = { buckets: ["0"], has: (_: string, label: string) => label !== "acme-web" };
  const sharded = { ...registry(asked), elsewhere };
  const other = { namespace: "ns", name: "acme-api", uid: "u2" };
  const handed = (name: string) =>
    isStillOurs(sharded, { node: other, signal }, {
      object: { metadata: { uid: "x", labels: labels(name) } },
      uid: "x",
    });
  assert.equal(await handed("acme-db"), false, "a node of another shard has it");
  assert.equal(await handed("acme-old"), true, "that node is gone");
  assert.equal(await handed("acme-web"), false);
  assert.equal(asked.length, 2, "only of nodes elsewhere the API server is asked");
});
