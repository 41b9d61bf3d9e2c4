import assert from "node:assert/strict";
import type { ListPage, WatchEvent, WatchingClient } from "./client.ts";
import { KubeError, KubeUnreachable } from "./error.ts";
import { createInformer, type InformerState } from "./informer.ts";
import type { KubeObject } from "./object.ts";

const WIDGETS = { group: "x", version: "v1", kind: "Widget", plural: "widgets", namespaced: true };

type Listing = () => ListPage[];
type Watching = () => AsyncIterable<WatchEvent>;

function widget(name: string, version: string, uid = `uid-${name}`): KubeObject {
  return { metadata: { namespace: "shop", name, uid, resourceVersion: version } };
}

const page = (resourceVersion: string, ...items: KubeObject[]): ListPage => ({ items, resourceVersion });

async function* events(...all: WatchEvent[]): AsyncGenerator<WatchEvent> {
  for (const event of all) yield await Promise.resolve(event);
}

/** A client that plays its answers in turn; the last watch lasts until the informer stops. */
function scripted(lists: Listing[], watches: Watching[]) {
  const asked: string[] = [];
  const played = Promise.withResolvers<void>();
  const client: Pick<WatchingClient, "list" | "watch"> = {
    async *list() {
      asked.push("list");
      for (const each of lists.shift()?.() ?? []) yield await Promise.resolve(each);
    },
    async *watch(options, signal) {
      asked.push(`watch ${options.resourceVersion}`);
      const next = watches.shift();
      if (next !== undefined) return yield* next();
      played.resolve();
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    },
  };
  return { client, asked, played: played.promise };
}

async function play(lists: Listing[], watches: Watching[]) {
  const { client, asked, played } = scripted(lists, watches);
  const told: string[] = [];
  const states: InformerState["kind"][] = [];
  const informer = createInformer<string>({
    client,
    type: WIDGETS,
    project: (object) => object.metadata.resourceVersion ?? "",
    onEvent: (event) => told.push(`${event.kind} ${(event.kind === "deleted" ? event.was : event.now).key}`),
    onState: (state) => states.push(state.kind),
    wait: () => Promise.resolve(),
  });
  const synced = await informer.synced;
  await played;
  const keys = [...informer.values()].map((entry) => entry.key);
  await informer.stop();
  return { asked, told, states, synced, keys };
}

const fails = (error: Error): Watching =>
  async function* () {
    yield* events();
    throw error;
  };
const expired = new KubeError("too old", { status: 410, reason: "Expired" });

Deno.test("pages, events and a broken connection: one list, and the watch goes on behind its last version", async () => {
  const played = await play([() => [page("10", widget("a", "1")), page("10", widget("b", "2"))]], [
    () => events({ kind: "added", object: widget("c", "11") }, { kind: "bookmark", resourceVersion: "15" }),
    fails(new KubeUnreachable("reset", { code: "Reset" })),
  ]);
  assert.deepEqual(played.asked, ["list", "watch 10", "watch 15", "watch 15"]);
  assert.deepEqual(played.told, ["added shop/a", "added shop/b", "added shop/c"]);
  assert.equal(played.synced, "synced");
  assert.deepEqual(played.states, ["live", "retrying", "stopped"]);
});

Deno.test("410 leads to one list that notices what was deleted and what was made anew in the gap", async () => {
  const played = await play([
    () => [page("10", widget("gone", "1"), widget("anew", "2", "old"))],
    () => [page("20", widget("anew", "15", "new"))],
  ], [fails(expired)]);
  assert.deepEqual(played.asked, ["list", "watch 10", "list", "watch 20"]);
  assert.deepEqual(played.told.slice(2), ["deleted shop/anew", "added shop/anew", "deleted shop/gone"]);
  assert.deepEqual(played.keys, ["shop/anew"]);
});

Deno.test("a list that expires between its pages deletes nothing", async () => {
  const breaking = function* () {
    yield page("15", widget("a", "1"));
    throw expired;
  };
  const both = () => [page("20", widget("a", "1"), widget("b", "2"))];
  const played = await play(
    [both, () => breaking() as unknown as ListPage[], both],
    [fails(expired)],
  );
  assert.deepEqual(played.told, ["added shop/a", "added shop/b"]);
  assert.deepEqual(played.asked, ["list", "watch 20", "list", "list", "watch 20"]);
});

Deno.test("a kind that is not served is a state, and its cache stays until a list says otherwise", async () => {
  const missing = () => {
    throw new KubeError("no such kind", { status: 404, reason: "NotFound" });
  };
  const played = await play([() => [page("10", widget("a", "1"))], missing, () => [page("30")]], [
    fails(new KubeError("no such kind", { status: 404, reason: "NotFound" })),
  ]);
  assert.deepEqual(played.states, ["live", "absent", "live", "stopped"]);
  assert.deepEqual(played.told, ["added shop/a", "deleted shop/a"]);
  const never = await play([missing, () => [page("5")]], []);
  assert.equal(never.synced, "absent");
});

Deno.test("stopping before the first list settles synced", async () => {
  const { client } = scripted([() => []], []);
  const informer = createInformer({ client, type: WIDGETS, project: () => 0 });
  await informer.stop();
  assert.equal(await informer.synced, "stopped");
  assert.equal(informer.state().kind, "stopped");
});
