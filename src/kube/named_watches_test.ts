import assert from "node:assert/strict";
import { keptByEach } from "../../tests/support/live_heap.ts";
import type { ListOptions, ListPage, WatchEvent, WatchingClient, WatchOptions } from "./client.ts";
import { KubeError, KubeUnreachable } from "./error.ts";
import { NamedWatches } from "./named_watches.ts";
import type { KubeObject } from "./object.ts";

const SECRETS = { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true };
const { signal } = new AbortController();

function secret(name: string, password: string, version = "1"): KubeObject {
  return { metadata: { namespace: "shop", name, uid: name, resourceVersion: version }, data: { password } };
}

/** An API server that has these Secrets; `refuse` is thrown at lists and watches, `tell` sends to every open watch. */
function server(held: readonly KubeObject[], refuse?: Error) {
  const asked: string[] = [];
  const open = new Set<(event: WatchEvent) => void>();
  const named = (options: ListOptions | WatchOptions) =>
    held.filter(({ metadata }) => options.fieldSelector === `metadata.name=${metadata.name}`);
  const client: Pick<WatchingClient, "get" | "list" | "watch"> = {
    get: (ref) => {
      asked.push(`get ${ref.name}`);
      const found = held.find(({ metadata }) => metadata.name === ref.name);
      return found === undefined
        ? Promise.reject(new KubeError("no", { status: 404, reason: "NotFound" }))
        : Promise.resolve(found);
    },
    async *list(options): AsyncGenerator<ListPage, void, void> {
      asked.push(`list ${options.fieldSelector}`);
      await Promise.resolve();
      if (refuse !== undefined) throw refuse;
      yield { items: named(options), resourceVersion: "1" };
    },
    async *watch(options, ended): AsyncGenerator<WatchEvent, void, void> {
      asked.push(`watch ${options.fieldSelector}`);
      while (ended?.aborted === false) {
        const next = Promise.withResolvers<WatchEvent | undefined>();
        open.add(next.resolve);
        ended.addEventListener("abort", () => next.resolve(undefined), { once: true });
        const event = await next.promise;
        open.delete(next.resolve);
        if (event !== undefined) yield event;
      }
    },
  };
  const tell = async (event: WatchEvent) => {
    while (open.size === 0) await turn();
    for (const resolve of open) resolve(event);
    await turn();
  };
  return { client, asked, tell };
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

function watches(client: Pick<WatchingClient, "get" | "list" | "watch">, now?: () => number) {
  const woken: string[] = [];
  const named = new NamedWatches<unknown>({
    client,
    type: SECRETS,
    project: (object) => object["data"],
    differs: (was, now) => JSON.stringify(was) !== JSON.stringify(now),
    onChange: (user) => woken.push(user),
    now,
  });
  const read = (user: string, ...names: string[]) => named.read({ user, namespace: "shop", names }, signal);
  return { named, read, woken };
}

Deno.test("an object asked for again and by others costs one list and one watch", async () => {
  const { client, asked } = server([secret("db", "a")]);
  const { named, read } = watches(client);
  for (const user of ["one", "two", "one"]) {
    assert.deepEqual([...await read(user, "db")], [["db", { kind: "found", value: { password: "a" } }]]);
  }
  await turn();
  await named.stop();
  assert.deepEqual(asked, ["list metadata.name=db", "watch metadata.name=db"]);
});

Deno.test("its users are told of other values, of its going and coming, and of nothing else", async () => {
  const { client, tell } = server([secret("db", "a")]);
  const { named, read, woken } = watches(client);
  await read("one", "db");
  await read("two", "db");
  assert.deepEqual(woken, []);
  await tell({ kind: "modified", object: secret("db", "a", "2") });
  assert.deepEqual(woken.splice(0), []);
  await tell({ kind: "modified", object: secret("db", "b", "3") });
  assert.deepEqual(woken.splice(0), ["one", "two"]);
  assert.deepEqual(await read("one", "db"), new Map([["db", { kind: "found", value: { password: "b" } }]]));
  await tell({ kind: "deleted", object: secret("db", "b", "4") });
  assert.deepEqual(woken.splice(0), ["one", "two"]);
  assert.deepEqual(await read("one", "db"), new Map([["db", { kind: "missing" }]]));
  await tell({ kind: "added", object: secret("db", "c", "5") });
  assert.deepEqual(woken.splice(0), ["one", "two"]);
  await named.stop();
});

Deno.test("what its last user names no more is neither watched nor held", async () => {
  const { client, asked } = server([secret("db", "a"), secret("other", "b")]);
  const { named, read } = watches(client);
  await read("one", "db", "other");
  await read("two", "db");
  await read("one", "other");
  named.release("two");
  await turn();
  asked.splice(0);
  await read("one", "other");
  assert.deepEqual(asked, []);
  await read("three", "db");
  assert.equal(asked[0], "list metadata.name=db");
  await named.stop();
});

Deno.test("where no watch is allowed each answer is a GET, until a watch is tried again", async () => {
  const time = { now: 0 };
  const forbidden = new KubeError("no", { status: 403, reason: "Forbidden" });
  const { client, asked } = server([secret("db", "a")], forbidden);
  const { named, read } = watches(client, () => time.now);
  for (let n = 0; n < 2; n++) {
    assert.deepEqual([...await read("one", "db")], [["db", { kind: "found", value: { password: "a" } }]]);
  }
  assert.deepEqual([...await read("one", "gone")], [["gone", { kind: "missing" }]]);
  assert.deepEqual(asked, [
    "list metadata.name=db",
    "get db",
    "get db",
    "list metadata.name=gone",
    "get gone",
  ]);
  time.now += 3_600_000;
  await read("one", "db");
  assert.deepEqual(asked.slice(-2), ["list metadata.name=db", "get db"]);
  await named.stop();
});

Deno.test("a first list that gets no answer is an error, and an abort ends the wait", async () => {
  const { client } = server([], new KubeUnreachable("no answer", { code: "Reset" }));
  const { named, read } = watches(client);
  await assert.rejects(read("one", "db"), { name: "KubeUnreachable", code: "Reset" });
  const hanging = watches({
    ...client,
    // deno-lint-ignore require-yield
    async *list(_options, ended) {
      await new Promise((resolve) => ended?.addEventListener("abort", resolve, { once: true }));
    },
  });
  const controller = new AbortController();
  const reason = new Error("stopping");
  const waiting = hanging.named.read({ user: "one", namespace: "shop", names: ["db"] }, controller.signal);
  controller.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  await Promise.all([named.stop(), hanging.named.stop()]);
});

Deno.test("reading what is held leaves nothing behind, however often it is read", async () => {
  const { client } = server([secret("db", "a")]);
  const { named, read } = watches(client);
  assert.ok(await keptByEach(() => read("one", "db")) < 100);
  assert.equal((await read("one", "db")).size, 1);
  await named.stop();
});
