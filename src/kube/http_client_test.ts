import assert from "node:assert/strict";
import type { WatchEvent } from "./client.ts";
import { type Credentials, fixedCredentials } from "./credentials.ts";
import { createKubeClient, type KubeClientOptions } from "./http_client.ts";
import type { KubeConnection } from "./client.ts";
import type { ResourceType } from "./resource_type.ts";

const PODS: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const REF = { type: PODS, namespace: "shop", name: "web" };

interface Case {
  readonly client: KubeConnection;
  readonly seen: { readonly method: string; readonly url: string }[];
  readonly waits: number[];
}

/** Time that passes at once where anybody waits for it. */
function leapingClock() {
  let leapt = 0;
  return {
    now: () => performance.now() + leapt,
    after: (ms: number, callback: () => void) => {
      const timer = setTimeout(() => {
        leapt += ms;
        callback();
      }, 0);
      return () => clearTimeout(timer);
    },
  };
}

/** Runs a client against a server that answers with `answers` in turn. */
async function withServer(
  answers: readonly ((request: Request) => Response | Promise<Response>)[],
  test: (on: Case) => Promise<void>,
  options: KubeClientOptions & { credentials?: (server: string) => Credentials } = {},
): Promise<void> {
  const seen: { method: string; url: string }[] = [];
  const waits: number[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    seen.push({ method: request.method, url: request.url });
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    return answer === undefined ? new Response(null, { status: 500 }) : answer(request);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const credentials = options.credentials?.(url) ?? fixedCredentials({ server: url, token: "t" });
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  const client = createKubeClient(credentials, { wait, clock: leapingClock(), ...options });
  try {
    await test({ client, seen, waits });
  } finally {
    client.close();
    await server.shutdown();
  }
}

const ok = (body: unknown = { metadata: {} }) => () => Response.json(body);
const status = (code: number, headers: Record<string, string> = {}, body: unknown = {}) => () =>
  Response.json(body, { status: code, headers });
const lines = (...chunks: Uint8Array[]) => () =>
  new Response(ReadableStream.from(chunks), { headers: { "content-type": "application/json" } });
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("429 with Retry-After is waited for and sent again, a create too", async () => {
  await withServer([status(429, { "retry-after": "3" }), ok()], async ({ client, seen, waits }) => {
    await client.create(PODS, { metadata: { name: "web", namespace: "shop" } });
    assert.deepEqual(waits, [3000]);
    assert.deepEqual(seen.map((request) => request.method), ["POST", "POST"]);
  });
});

Deno.test("503 with Retry-After is sent again only where a repetition is harmless", async () => {
  const busy = status(503, { "retry-after": "2" }, { reason: "ServiceUnavailable" });
  const apply = { fieldManager: "lynq" };
  const harmless: ((client: KubeConnection) => Promise<unknown>)[] = [
    (client) => client.get(REF),
    (client) => client.apply(REF, { metadata: { name: "web" } }, apply),
    (client) => client.delete(REF, { uid: "u" }),
    (client) => client.patch(REF, { type: "merge", body: { metadata: {} } }),
  ];
  for (const send of harmless) {
    await withServer([busy, ok()], async ({ client, waits }) => {
      await send(client);
      assert.deepEqual(waits, [2000]);
    });
  }
  const harmful: ((client: KubeConnection) => Promise<unknown>)[] = [
    (client) => client.create(PODS, { metadata: {} }),
    (client) => client.apply(REF, { metadata: { resourceVersion: "1" } }, apply),
    (client) => client.delete(REF),
    (client) => client.patch(REF, { type: "json", body: [] }),
    (client) => client.update(REF, { metadata: { resourceVersion: "7" } }),
  ];
  for (const send of harmful) {
    await withServer([busy, ok()], async ({ client, seen }) => {
      await assert.rejects(send(client), { status: 503, retryAfterSeconds: 2 });
      assert.equal(seen.length, 1);
    });
  }
});

Deno.test("a server that asks for ever longer waits is given up with its Retry-After", async () => {
  await withServer([status(429, { "retry-after": "40" })], async ({ client, waits }) => {
    await assert.rejects(client.get(REF), { status: 429, retryAfterSeconds: 40 });
    assert.deepEqual(waits, [40_000]);
  });
});

Deno.test("after 401 the credentials are read again, once", async () => {
  let token = "old";
  const credentials = (server: string): Credentials => ({
    ...fixedCredentials({ server }),
    authorization: () => Promise.resolve(`Bearer ${token}`),
    refresh: () => {
      token = "new";
      return Promise.resolve(true);
    },
  });
  const check = (request: Request) =>
    request.headers.get("authorization") === "Bearer new" ? ok()() : status(401)();
  await withServer([check], async ({ client, seen }) => {
    await client.create(PODS, { metadata: {} });
    assert.equal(seen.length, 2);
  }, { credentials });
  await withServer([status(401)], async ({ client, seen }) => {
    await assert.rejects(client.get(REF), { status: 401 });
    assert.equal(seen.length, 2);
  }, { credentials });
});

Deno.test("a refusal tells what was asked, its reason and causes", async () => {
  const causes = [{ reason: "FieldValueInvalid", message: "must be positive", field: "spec.replicas" }];
  const body = { kind: "Status", reason: "Invalid", message: "is invalid", details: { causes } };
  await withServer([status(422, {}, body)], async ({ client }) => {
    await assert.rejects(client.get(REF), {
      name: "KubeError",
      message: "get pods shop/web: is invalid (422 Invalid)",
      reason: "Invalid",
      causes,
    });
  });
});

Deno.test("another user's rights are a header of each request, beside what else binds the client", async () => {
  const users: (string | null)[] = [];
  const answer = (request: Request) => {
    users.push(request.headers.get("impersonate-user"));
    assert.equal(request.headers.get("impersonate-group"), null);
    assert.equal(request.headers.get("authorization"), "Bearer t");
    return ok()();
  };
  await withServer([answer], async ({ client, seen }) => {
    let open = true;
    const fenced = client.fenced(() => {
      if (!open) throw new Error("not now");
    });
    const tenant = fenced.as({ user: "system:serviceaccount:team:tenant" });
    await tenant.get(REF);
    await tenant.bulk().patch(REF, { type: "merge", body: {} });
    await fenced.bulk().as({ user: "system:serviceaccount:team:other" }).delete(REF);
    await client.get(REF);
    const [first, other] = ["tenant", "other"].map((name) => `system:serviceaccount:team:${name}`);
    assert.deepEqual(users, [first, first, other, null]);
    open = false;
    await assert.rejects(tenant.delete(REF), /not now/);
    assert.equal(seen.length, 4);
  });
});

Deno.test("a refusal tells what it is about, by the details of its Status", async () => {
  const details = { group: "apps", kind: "deployments", name: "web" };
  const forbidden = status(403, {}, { kind: "Status", reason: "Forbidden", details });
  await withServer([forbidden], async ({ client }) => {
    await assert.rejects(client.get(REF), { status: 403, reason: "Forbidden", details });
  });
});

Deno.test("a server that does not answer in time is Deadline, one that is not there Refused", async () => {
  const late = Promise.withResolvers<Response>();
  await withServer([() => late.promise], async ({ client }) => {
    await assert.rejects(client.get(REF), { name: "KubeUnreachable", code: "Deadline" });
    late.resolve(ok()());
  }, { deadlineSeconds: 0.1 });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const nobody = createKubeClient(fixedCredentials({ server: `http://127.0.0.1:${port}` }));
  await assert.rejects(nobody.get(REF), { name: "KubeUnreachable", code: "Refused" });
  nobody.close();
});

Deno.test("the caller's signal ends a wait with its own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stopping");
  const late = Promise.withResolvers<Response>();
  const hang = () => {
    controller.abort(reason);
    return late.promise;
  };
  await withServer([hang], async ({ client }) => {
    await assert.rejects(client.get(REF, { signal: controller.signal }), (error) => error === reason);
    late.resolve(ok()());
  });
});

Deno.test("a watch cut anywhere, also inside a character, gives whole events", async () => {
  const event = (type: string, name: string) =>
    `${JSON.stringify({ type, object: { metadata: { name, resourceVersion: "7" } } })}\n`;
  const all = bytes(event("ADDED", "gr\u00fcn \u{1F33F}") + event("DELETED", "b"));
  const chunks = [...all].map((byte) => Uint8Array.of(byte));
  await withServer([lines(...chunks)], async ({ client, seen }) => {
    const events = await Array.fromAsync(client.watch({ type: PODS, resourceVersion: "5" }));
    assert.deepEqual(events.map(nameOf), ["added gr\u00fcn \u{1F33F}", "deleted b"]);
    const query = new URL(seen[0]?.url ?? "").searchParams;
    assert.equal(query.get("resourceVersion"), "5");
    assert.equal(query.get("allowWatchBookmarks"), "true");
  });
});

Deno.test("410 is told the same as status and as ERROR line", async () => {
  const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
  const expired = { name: "KubeError", status: 410, reason: "Expired" };
  const line = bytes(`${JSON.stringify({ type: "ERROR", object: gone })}\n`);
  for (const answer of [status(410, {}, gone), lines(line)]) {
    await withServer([answer], async ({ client }) => {
      await assert.rejects(Array.fromAsync(client.watch({ type: PODS, resourceVersion: "5" })), expired);
    });
  }
});

Deno.test("a watch that stops inside an event is a reset", async () => {
  await withServer([lines(bytes('{"type":"ADDED","obj'))], async ({ client }) => {
    await assert.rejects(Array.fromAsync(client.watch({ type: PODS, resourceVersion: "5" })), {
      code: "Reset",
    });
  });
});

const bookmark = (version: string) =>
  bytes(`{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"${version}"}}}\n`);

/** A watch that says this and then nothing more. */
const silentAfter = (...chunks: Uint8Array[]) => () =>
  new Response(
    new ReadableStream<Uint8Array>({ start: (stream) => chunks.forEach((chunk) => stream.enqueue(chunk)) }),
  );

Deno.test("a silent watch is renewed where it was, and nothing else is asked", async () => {
  await withServer([silentAfter(bookmark("7")), lines(bookmark("9"))], async ({ client, seen }) => {
    const events = await Array.fromAsync(client.watch({ type: PODS, resourceVersion: "5" }));
    assert.deepEqual(events.map((event) => event.kind === "bookmark" && event.resourceVersion), ["7", "9"]);
    const from = seen.map(({ url }) => new URL(url).searchParams).map((query) =>
      `${query.get("watch")} ${query.get("resourceVersion")}`
    );
    assert.deepEqual(from, ["1 5", "1 7"]);
  }, { watchIdleSeconds: 1 });
});

Deno.test("over HTTP/1.1 each silent watch is renewed, also where another one hears something", async () => {
  const answers = [silentAfter(), silentAfter(), silentAfter(), lines(bookmark("8")), lines(bookmark("9"))];
  await withServer(answers, async ({ client, seen }) => {
    const controller = new AbortController();
    const watches = [1, 2, 3].map((n) =>
      Array.fromAsync(client.watch({ type: PODS, resourceVersion: String(n) }, controller.signal))
    );
    const events = await Promise.all(watches);
    assert.deepEqual(events.map(({ length }) => length), [1, 1, 1]);
    assert.equal(seen.length, 6);
  }, { watchIdleSeconds: 0.05 });
});

function nameOf(event: WatchEvent): string {
  return event.kind === "bookmark" ? "bookmark" : `${event.kind} ${event.object.metadata.name}`;
}
