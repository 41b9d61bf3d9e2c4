import assert from "node:assert/strict";
import { fixedCredentials } from "../src/kube/credentials.ts";
import { createKubeClient, type KubeClientOptions } from "../src/kube/http_client.ts";
import type { KubeConnection } from "../src/kube/client.ts";
import type { ResourceType } from "../src/kube/resource_type.ts";

const kind = (plural: string, group = ""): ResourceType => ({
  group,
  version: "v1",
  kind: plural,
  plural,
  namespaced: true,
});
const CONFIG_MAPS = kind("configmaps");
const DEPLOYMENTS = kind("deployments", "apps");
const LEASES = kind("leases", "coordination.k8s.io");

/** What the server saw. */
interface Seen {
  inFlight: number;
  most: number;
  refused: number;
  readonly order: string[];
}

type Answering = (path: string, seen: Seen) => Promise<Response>;

async function withServer(
  answer: Answering,
  test: (client: KubeConnection, seen: Seen) => Promise<void>,
  options: KubeClientOptions = {},
): Promise<void> {
  const seen: Seen = { inFlight: 0, most: 0, refused: 0, order: [] };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    seen.most = Math.max(seen.most, ++seen.inFlight);
    try {
      return await answer(new URL(request.url).pathname, seen);
    } finally {
      seen.inFlight--;
    }
  });
  const client = createKubeClient(
    fixedCredentials({ server: `http://127.0.0.1:${server.addr.port}` }),
    options,
  );
  try {
    await test(client, seen);
  } finally {
    client.close();
    await server.shutdown();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ok = () => Response.json({ metadata: {} }, { status: 201 });

function write(client: Pick<KubeConnection, "apply">, type: ResourceType, name: string): Promise<unknown> {
  const ref = { type, namespace: "shop", name };
  return client.apply(ref, { metadata: { namespace: "shop", name } }, { fieldManager: "lynq" });
}

function writes(client: KubeConnection, count: number, type = CONFIG_MAPS): Promise<unknown>[] {
  return Array.from({ length: count }, (_, n) => write(client, type, `${type.plural}-${n}`));
}

Deno.test("a server that gets slower the more it has to do is asked for less at once", async () => {
  const slow: Answering = async (_path, { inFlight }) => {
    await pause(10 * Math.ceil(inFlight / 2));
    return ok();
  };
  await withServer(slow, async (client, seen) => {
    for (let n = 0; n < 5; n++) await write(client, CONFIG_MAPS, `alone-${n}`);
    await Promise.all(writes(client, 400));
    assert(seen.most <= 32, `${seen.most} at once`);
    const { limit, inFlight, waiting } = client.traffic("write");
    assert(limit >= 4 && limit < 32, `a limit of ${limit}`);
    assert.deepEqual([inFlight, waiting], [0, 0]);
  });
});

Deno.test("a server that refuses what is too much for it answers everything in the end, and refuses little", async () => {
  const shedding: Answering = async (_path, seen) => {
    if (seen.inFlight > 6) {
      seen.refused++;
      return Response.json({}, { status: 429, headers: { "retry-after": "0" } });
    }
    await pause(2);
    return ok();
  };
  await withServer(shedding, async (client, seen) => {
    await Promise.all(writes(client, 300));
    assert(seen.refused < 100, `${seen.refused} refusals`);
    assert.equal(client.traffic("write").refused, seen.refused);
    assert(client.traffic("write").limit < 32);
  });
});

Deno.test("a kind whose requests hang holds up neither other kinds nor a Lease", async () => {
  const released = Promise.withResolvers<void>();
  const hanging: Answering = async (path, { order }) => {
    if (path.includes("/deployments/")) await released.promise;
    order.push(path.split("/").at(-1) ?? "");
    return ok();
  };
  await withServer(hanging, async (client, { order }) => {
    const stuck = writes(client, 100, DEPLOYMENTS);
    await Promise.all([...writes(client, 50), write(client, LEASES, "leader")]);
    assert.equal(order.length, 51);
    assert(!order.some((name) => name.startsWith("deployments")));
    released.resolve();
    await Promise.all(stuck);
  });
});

Deno.test("a Lease is renewed while every place is taken", async () => {
  const released = Promise.withResolvers<void>();
  const hanging: Answering = async (path) => {
    if (!path.includes("/leases/")) await released.promise;
    return ok();
  };
  await withServer(hanging, async (client) => {
    const stuck = ["a", "b", "c", "d", "e", "f"].flatMap((plural) => writes(client, 30, kind(plural)));
    await write(client, LEASES, "leader");
    assert(client.traffic("write").waiting > 0);
    released.resolve();
    await Promise.all(stuck);
  });
});

Deno.test("what is urgent is sent before the bulk that waits", async () => {
  const gate = Promise.withResolvers<void>();
  const gated: Answering = async (path, { order }) => {
    const name = path.split("/").at(-1) ?? "";
    if (name === "first") await gate.promise;
    order.push(name);
    return ok();
  };
  await withServer(gated, async (client, { order }) => {
    const first = write(client, CONFIG_MAPS, "first");
    const bulk = ["b1", "b2", "b3", "b4"].map((name) => write(client.bulk(), DEPLOYMENTS, name));
    const urgent = write(client, DEPLOYMENTS, "urgent");
    while (client.traffic("write").waiting < 5) await pause(1);
    gate.resolve();
    await Promise.all([first, ...bulk, urgent]);
    assert.deepEqual(order.slice(0, 2), ["first", "urgent"]);
  }, { most: { write: 1 } });
});
