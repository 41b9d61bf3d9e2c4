import assert from "node:assert/strict";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { KubeError, KubeUnreachable } from "../../src/kube/error.ts";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import { entryHash, fieldConflicts, ownedPaths } from "../../src/kube/fields.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { loadCredentials } from "../../src/kube/load_credentials.ts";
import type { RequestRecord } from "../../src/kube/exchange.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest, CONFIG_MAP, configMap, NAMESPACE } from "../support/control_plane_case.ts";

const answer = await requireControlPlane();
const OURS = { fieldManager: "lynq", force: true } as const;

clusterTest(answer, "discovery finds a kind, and a kind that is not served is absent", async ({ client }) => {
  const discovery = createDiscovery({ client });
  assert.deepEqual(await discovery.resolve("apps/v1", "Deployment"), {
    kind: "found",
    type: { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
  });
  assert.deepEqual(await discovery.resolve("example.org/v1", "Nothing"), { kind: "absent" });
  const pods = (await discovery.list()).find(({ type }) => type.kind === "Pod" && type.group === "");
  assert.ok(pods?.verbs.includes("watch"));
  assert.ok(pods?.subresources.includes("status"));
  assert.deepEqual(pods?.shortNames, ["po"]);
});

clusterTest(
  answer,
  "a first apply with resourceVersion 1 creates what is absent and leaves what exists",
  async (on) => {
    const at = { namespace: on.namespace, name: "first" };
    const ref = { type: CONFIG_MAP, ...at };
    const first = { ...configMap(at, { a: "1" }), metadata: { ...at, resourceVersion: "1" } };
    assert.equal((await on.client.apply(ref, first, OURS)).created, true);
    const again = { ...first, data: { a: "2" } };
    await assert.rejects(on.client.apply(ref, again, OURS), {
      name: "KubeError",
      status: 409,
      reason: "Conflict",
    });
    assert.deepEqual((await on.client.get(ref)).data, { a: "1" });
    const plain = await on.client.apply(ref, configMap(at, { a: "3" }), OURS);
    assert.equal(plain.created, false);
    assert.deepEqual(plain.object.data, { a: "3" });
  },
);

clusterTest(
  answer,
  "an apply of a field that the kind doesn't have is refused, and not made without it",
  async (on) => {
    const at = { namespace: on.namespace, name: "typo" };
    const typo = { ...configMap(at), dta: { a: "1" } };
    await assert.rejects(on.client.apply({ type: CONFIG_MAP, ...at }, typo, OURS), {
      name: "KubeError",
      status: 500,
      message: /\.dta: field not declared in schema/,
    });
    await assert.rejects(on.client.get({ type: CONFIG_MAP, ...at }), { name: "KubeError", status: 404 });
  },
);

clusterTest(answer, "a foreign change takes the field out of our entry and shows in its hash", async (on) => {
  const at = { namespace: on.namespace, name: "drift" };
  const ref = { type: CONFIG_MAP, ...at };
  const us = { manager: "lynq", operation: "Apply" } as const;
  const applied = (await on.client.apply(ref, configMap(at, { a: "1", b: "1" }), OURS)).object;
  assert.deepEqual(ownedPaths(applied, us), [".data.a", ".data.b"]);
  const hash = entryHash(applied, us);
  const foreign = { type: "merge", body: { metadata: { labels: { x: "y" } } } } as const;
  const labelled = await on.client.patch(ref, foreign, { fieldManager: "other" });
  assert.equal(entryHash(labelled, us), hash);
  const edit = { type: "merge", body: { data: { a: "2" } } } as const;
  const edited = await on.client.patch(ref, edit, { fieldManager: "other" });
  assert.notEqual(entryHash(edited, us), hash);
  assert.deepEqual(ownedPaths(edited, us), [".data.b"]);
  const refused = await on.client.apply(ref, configMap(at, { a: "1" }), { fieldManager: "lynq" })
    .catch((error) => error);
  assert.ok(refused instanceof KubeError);
  assert.deepEqual(fieldConflicts(refused), [{ manager: "other", subresource: undefined, field: ".data.a" }]);
});

clusterTest(
  answer,
  "a delete with the UID of another object is refused, of a gone one is undefined",
  async (on) => {
    const at = { namespace: on.namespace, name: "target" };
    const ref = { type: CONFIG_MAP, ...at };
    const { object } = await on.client.apply(ref, configMap(at), OURS);
    await assert.rejects(on.client.delete(ref, { uid: crypto.randomUUID() }), { status: 409 });
    assert.ok(await on.client.delete(ref, { uid: object.metadata.uid }));
    assert.equal(await on.client.delete(ref, { uid: object.metadata.uid }), undefined);
  },
);

clusterTest(
  answer,
  "create, update with the version that was read, and dry run",
  async ({ client, namespace }) => {
    const at = { namespace, name: "crud" };
    const ref = { type: CONFIG_MAP, ...at };
    const created = await client.create(CONFIG_MAP, configMap(at, { a: "1" }));
    await assert.rejects(client.create(CONFIG_MAP, configMap(at)), { status: 409, reason: "AlreadyExists" });
    const updated = await client.update(ref, { ...created, data: { a: "2" } }, { fieldManager: "test" });
    await assert.rejects(client.update(ref, { ...created, data: { a: "3" } }), { reason: "Conflict" });
    const dry = await client.patch(ref, { type: "json", body: [{ op: "remove", path: "/data" }] }, {
      dryRun: true,
    });
    assert.equal(dry.data, undefined);
    assert.equal((await client.get(ref)).metadata.resourceVersion, updated.metadata.resourceVersion);
  },
);

clusterTest(
  answer,
  "a list comes in pages that agree on their version, typed and as metadata",
  async (on) => {
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    for (const name of names) {
      await on.client.create(
        CONFIG_MAP,
        configMap({ namespace: on.namespace, name }),
      );
    }
    const options = {
      type: CONFIG_MAP,
      namespace: on.namespace,
      limit: 3,
      // A controller manager, where one runs, puts it into each namespace.
      fieldSelector: "metadata.name!=kube-root-ca.crt",
    };
    const pages = await Array.fromAsync(on.client.list(options));
    assert.deepEqual(pages.map((page) => page.items.length), [3, 3, 1]);
    assert.equal(new Set(pages.map((page) => page.resourceVersion)).size, 1);
    assert.deepEqual(pages.flatMap((page) => page.items.map((item) => item.metadata.name)), names);
    assert.equal(pages[0]?.items[0]?.kind, "ConfigMap");
    const [partial] = await Array.fromAsync(on.client.list({ ...options, metadataOnly: true }));
    assert.equal(partial?.items[0]?.kind, "PartialObjectMetadata");
    assert.ok(!("data" in (partial?.items[0] ?? {})));
  },
);

clusterTest(
  answer,
  "a token, a kubeconfig and a client certificate each prove who asks",
  async ({ plane }) => {
    const { server, caPem } = plane;
    const tls = { caCerts: [caPem], certificate: await plane.certificate() };
    const loaded = await loadCredentials({ kubeconfig: await plane.kubeconfig("operator") });
    const all = {
      operator: loaded,
      certified: fixedCredentials({ server, tls }),
      plain: plane.credentials("plain"),
    };
    for (const [name, credentials] of Object.entries(all)) {
      const client = createKubeClient(credentials);
      try {
        assert.equal(await whoAmI(client), name);
      } finally {
        client.close();
      }
    }
  },
);

clusterTest(
  answer,
  "a client that acts for another user and groups has that user's rights",
  async ({ client }) => {
    const forPlain = client.as({ user: "ada", groups: ["one", "two"] });
    assert.equal(await whoAmI(forPlain), "ada one two system:authenticated");
    await assert.rejects(forPlain.get({ type: NAMESPACE, name: "default" }), {
      status: 403,
      reason: "Forbidden",
    });
  },
);

clusterTest(answer, "a wrong token is 401, an untrusted certificate is Tls", async ({ plane }) => {
  const wrong = createKubeClient(
    fixedCredentials({ ...plane, token: "wrong", tls: { caCerts: [plane.caPem] } }),
  );
  const untrusting = createKubeClient(fixedCredentials({ server: plane.server, token: "admin" }));
  try {
    await assert.rejects(wrong.raw("/version"), { status: 401, reason: "Unauthorized" });
    const error = await untrusting.raw("/version").catch((error) => error);
    assert.ok(error instanceof KubeUnreachable);
    assert.equal(error.code, "Tls");
  } finally {
    wrong.close();
    untrusting.close();
  }
});

clusterTest(answer, "every request is told with verb, resource and code", async ({ plane, namespace }) => {
  const records: RequestRecord[] = [];
  const client = createKubeClient(plane.credentials("admin"), {
    onRequest: (record) => records.push(record),
  });
  try {
    const at = { namespace, name: "seen" };
    await client.apply({ type: CONFIG_MAP, ...at }, configMap(at), OURS);
    await client.delete({ type: CONFIG_MAP, namespace, name: "missing" });
  } finally {
    client.close();
  }
  assert.deepEqual(records.map(({ verb, resource, code }) => `${verb} ${resource} ${code}`), [
    "apply configmaps 201",
    "delete configmaps 404",
  ]);
});

async function whoAmI(client: Pick<ReturnType<typeof createKubeClient>, "create">): Promise<string> {
  const review = {
    group: "authentication.k8s.io",
    version: "v1",
    kind: "SelfSubjectReview",
    plural: "selfsubjectreviews",
    namespaced: false,
  };
  const { status } = await client.create(review, { metadata: {} });
  const { username, groups = [] } =
    (status as { userInfo: { username: string; groups?: string[] } }).userInfo;
  const own = groups.filter((group) => username === "ada" || !group.startsWith("system:"));
  return [username, ...own].join(" ");
}

clusterTest(
  answer,
  "a raw field keeps its bytes when another field is patched",
  async ({ client, namespace }) => {
    const type = { ...CONFIG_MAP, group: "apps", kind: "ControllerRevision", plural: "controllerrevisions" };
    const metadata = { namespace, name: "raw" };
    const data = { z: "a >= b && c <= d", a: "\u2028" };
    await client.create(type, { metadata, revision: 1, data });
    const patched = await client.patch({ type, ...metadata }, { type: "merge", body: { revision: 2 } });
    assert.deepEqual([patched["revision"], patched["data"]], [2, data]);
  },
);
