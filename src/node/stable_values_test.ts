import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import type { KubeObject } from "../kube/object.ts";

const SECRET = { apiVersion: "v1", kind: "Secret", namespace: "default" };
const SEED = { ...SECRET, name: "acme-web-lynq-seed" };

const secret = (id: string, stringData: Record<string, string> | string, part: Partial<Resource> = {}) =>
  resourceOf({ id, spec: { apiVersion: "v1", kind: "Secret", stringData }, ...part });

async function data(lab: NodeLab, name: string): Promise<Record<string, string>> {
  const object = await lab.objects.get({ ...SECRET, name });
  const stored = (object?.["data"] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(stored).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

function reasons(lab: NodeLab): string[] {
  return lab.events.events.map(({ reason }) => reason);
}

Deno.test("a random value stays over another resource's edit, a lost record, a repair and its own row", async () => {
  await withNode(async (lab) => {
    const db = secret("db", { password: "{{ randAlphaNum 24 }}", plan: "{{ .plan }}" });
    await lab.want([db], { plan: "pro" });
    const first = await lab.pass();
    const { password = "" } = await data(lab, "acme-db");
    assert.match(password, /^[A-Za-z0-9]{24}$/);
    const [record] = first.status.resources ?? [];
    assert.match(record?.seed ?? "", /^[0-9a-f]{8}$/);
    assert.ok(!JSON.stringify(first.status).includes(password));
    assert.equal((await lab.pass()).writes, 0);

    await lab.want([db, resourceOf({ id: "other" })], { plan: "pro" });
    await lab.pass();
    await lab.want([db], { plan: "free" });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), { password, plan: "free" });

    await lab.objects.remove({ ...SECRET, name: "acme-db" });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), { password, plan: "free" });

    const which = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqNode",
      namespace: "default",
      name: "acme-web",
    };
    await lab.objects.merge(which, { status: { resources: null } }, "status");
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), { password, plan: "free" });
    assert.ok(!reasons(lab).includes("SeedLost"));
  });
});

Deno.test("two fields, and the seed's Secret itself, show nothing of each other", async () => {
  await withNode(async (lab) => {
    await lab.want([secret("a", { one: "{{ randAlphaNum 16 }}", two: "{{ randAlphaNum 16 }}" })]);
    await lab.pass();
    const { one, two } = await data(lab, "acme-a");
    assert.notEqual(one, two);
    const seed = await lab.objects.get(SEED) as KubeObject;
    assert.equal(seed.metadata.labels?.["lynq.sh/node"], undefined);
    assert.equal(seed.metadata.labels?.["lynq.sh/seed-of"], "acme-web");
    assert.equal(seed.metadata.ownerReferences?.[0]?.kind, "LynqNode");
    assert.deepEqual(Object.keys(seed["data"] as object), ["seed"]);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a node without random values has no seed", async () => {
  await withNode(async (lab) => {
    await lab.want([secret("a", { plain: "{{ .uid }}" }), secret("b", { time: "{{ now | unixEpoch }}" })]);
    await lab.pass();
    assert.equal(await lab.objects.get(SEED), undefined);
  });
});

Deno.test("a seed that is lost rotates nothing: it is told, and a value stays until its own template changes", async () => {
  await withNode(async (lab) => {
    const db = secret("db", { password: "{{ randAlphaNum 24 }}", plan: "{{ .plan }}" });
    const other = secret("other", { token: "{{ uuidv4 }}" });
    await lab.want([db, other], { plan: "pro" });
    await lab.pass();
    const [before, token] = [await data(lab, "acme-db"), await data(lab, "acme-other")];
    await lab.objects.remove(SEED);
    assert.equal((await lab.pass()).writes, 0);

    await lab.objects.merge({ ...SECRET, name: "acme-db" }, { data: { plan: "eA==" } });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), before);
    assert.deepEqual(reasons(lab).filter((reason) => reason === "SeedLost"), ["SeedLost"]);
    await lab.objects.merge({ ...SECRET, name: "acme-db" }, { data: { plan: "eA==" } });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), before);

    await lab.objects.remove(SEED);
    await lab.want([db, other], { plan: "free" });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-db"), { ...before, plan: "free" });
    assert.deepEqual(await data(lab, "acme-other"), token);
    await lab.objects.merge({ ...SECRET, name: "acme-db" }, { data: { password: "eA==" } });
    await lab.pass();
    assert.equal((await data(lab, "acme-db"))["password"], before["password"]);

    await lab.want([secret("db", { password: "{{ randAlphaNum 30 }}" }), other]);
    await lab.pass();
    assert.match((await data(lab, "acme-db"))["password"] ?? "", /^[A-Za-z0-9]{30}$/);
    await lab.objects.remove(SEED);
    await lab.want([secret("db", { password: "{{ randAlphaNum 28 }}" }), other]);
    await lab.pass();
    assert.match((await data(lab, "acme-db"))["password"] ?? "", /^[A-Za-z0-9]{28}$/);
  });
});

Deno.test("the seed of what is retained outlives the node, so that its next node finds the same values", async () => {
  await withNode(async (lab) => {
    await lab.want([secret("db", { password: "{{ randAlphaNum 24 }}" }, { deletionPolicy: "Retain" })]);
    await lab.pass();
    assert.deepEqual((await lab.objects.get(SEED))?.metadata.ownerReferences ?? [], []);
  });
});

Deno.test("a Secret under the seed's name that is none is told and not touched", async () => {
  await withNode(async (lab) => {
    await lab.objects.apply(
      `{apiVersion: v1, kind: Secret, metadata: {name: ${SEED.name}, namespace: default}, stringData: {seed: mine}}`,
    );
    await lab.want([secret("a", { p: "{{ randAlpha 3 }}" }), secret("b", { p: "x" })]);
    const { status } = await lab.pass();
    const [a, b] = status.resources ?? [];
    assert.equal(a?.reason, "SeedUnavailable");
    assert.match(
      a?.message ?? "",
      /lacks the label lynq\.sh\/seed-of: acme-web; delete it, and a new one is made/,
    );
    assert.equal(b?.state, "Ready");
    assert.deepEqual(await data(lab, SEED.name), { seed: "mine" });
  });
});

Deno.test("a time is that of the first rendering of these inputs, also in a repair", async () => {
  await withNode(async (lab) => {
    const timed = secret("t", { at: "{{ now | unixEpoch }}", plan: "{{ .plan }}" });
    await lab.want([timed], { plan: "pro" });
    await lab.pass();
    const { at = "" } = await data(lab, "acme-t");
    lab.clock.ahead = 3600;
    await lab.want([timed], { plan: "pro", unread: "x" });
    assert.equal(
      (await lab.pass()).status.resources?.[0]?.renderedAt,
      new Date(Number(at) * 1000).toISOString().replace(".000", ""),
    );
    await lab.objects.merge({ ...SECRET, name: "acme-t" }, { data: { at: "eA==" } });
    await lab.pass();
    assert.equal((await data(lab, "acme-t"))["at"], at);
    await lab.want([timed], { plan: "free" });
    await lab.pass();
    assert.ok(Number((await data(lab, "acme-t"))["at"]) >= Number(at) + 3600);
  });
});

Deno.test("a key and a certificate are made once, kept over new inputs and repairs, and made anew when they are gone", async () => {
  await withNode(async (lab) => {
    const pair =
      '{{ $c := genSelfSignedCert .uid nil nil 9 }}{{ dict "crt" $c.Cert "key" $c.Key | asValue }}';
    const of = (plan: string) => ({ plan });
    const wanted = [
      secret("k", { key: '{{ genPrivateKey "ed25519" }}', plan: "{{ .plan }}" }),
      secret("c", pair),
    ];
    await lab.want(wanted, of("pro"));
    const { reads } = await lab.pass();
    assert.deepEqual(reads.filter((read) => read.startsWith("key ")).sort(), ["key ed25519", "key rsa2048"]);
    const [key, cert] = [await data(lab, "acme-k"), await data(lab, "acme-c")];
    assert.match(key["key"] ?? "", /^-----BEGIN PRIVATE KEY-----/);
    assert.deepEqual(Object.keys(cert), ["crt", "key"]);
    assert.equal((await lab.pass()).writes, 0);

    await lab.want(wanted, of("free"));
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-k"), { ...key, plan: "free" });
    await lab.objects.merge({ ...SECRET, name: "acme-k" }, { data: { plan: "eA==" } });
    await lab.pass();
    assert.deepEqual(await data(lab, "acme-k"), { ...key, plan: "free" });
    assert.deepEqual(await data(lab, "acme-c"), cert);
    assert.equal(reasons(lab).filter((reason) => reason === "KeyGenerated").length, 2);

    await lab.objects.merge({ ...SECRET, name: "acme-k" }, { data: { key: null } });
    await lab.objects.remove({ ...SECRET, name: "acme-c" });
    await lab.pass();
    const [newKey, newCert] = [await data(lab, "acme-k"), await data(lab, "acme-c")];
    assert.match(newKey["key"] ?? "", /^-----BEGIN PRIVATE KEY-----/);
    assert.notEqual(newKey["key"], key["key"]);
    assert.notEqual(newCert["crt"], cert["crt"]);
    const told = lab.events.events.filter(({ reason }) => reason === "KeyGenerated").map((event) =>
      event.message
    );
    assert.equal(told.length, 4);
    assert.match(
      told.join("\n"),
      /^k: a new key or certificate was made for data\.key of Secret default\/acme-k, which had none/m,
    );
    assert.ok(!told.join().includes("BEGIN"));
  });
});

Deno.test("new inputs that give the same object are taken in without a write", async () => {
  await withNode(async (lab) => {
    const of = (text: string) => [secret("a", { k: text, p: "{{ randAlpha 9 }}" })];
    await lab.want(of("{{ .plan }}"), { plan: "pro" });
    const first = (await lab.pass()).status.resources?.[0];
    await lab.want(of("{{- .plan -}}"), { plan: "pro" });
    const { writes, status } = await lab.pass();
    const [record] = status.resources ?? [];
    assert.equal(writes, 1, "the status alone");
    assert.notEqual(record?.inputs, first?.inputs);
    assert.deepEqual({ ...record, inputs: "" }, { ...first, inputs: "" });
    assert.equal((await lab.pass()).writes, 0);
  });
});
