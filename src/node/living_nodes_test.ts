import assert from "node:assert/strict";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { ListOptions } from "../kube/client.ts";
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

Deno.test("a recorded object is this node's by its UID, unless a node that exists has it by now", () => {
  const node = { namespace: "ns", name: "acme-db", uid: "u1" };
  const labels = (name: string) => ({ "lynq.sh/node": name, "lynq.sh/node-namespace": "ns" });
  const ours = (name: string | undefined, uid: string | undefined) => {
    const metadata = { uid: "x", ...(name === undefined ? {} : { labels: labels(name) }) };
    return isStillOurs(registry(), node, { object: { metadata }, uid });
  };
  assert.equal(ours("acme-db", "x"), true);
  assert.equal(ours("acme-db", "other"), false);
  assert.equal(ours("acme-db", undefined), true);
  assert.equal(ours(undefined, "x"), true);
  assert.equal(ours(undefined, undefined), false);
  assert.equal(ours("acme-web", "x"), false);
  assert.equal(ours("acme-old", "x"), true);
});
