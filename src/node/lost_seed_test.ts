import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf, storedNode } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import { KubeError } from "../kube/error.ts";
import { loadSeed, seedName } from "./seed.ts";

const CONFIG = { apiVersion: "v1", kind: "ConfigMap", namespace: "default" };
const SEED = { ...CONFIG, kind: "Secret", name: "acme-web-lynq-seed" };

const config = (data: Record<string, string>, part: Partial<Resource> = {}) =>
  resourceOf({ id: "c", spec: { apiVersion: "v1", kind: "ConfigMap", data }, ...part });

/** Names and data of the ConfigMaps that the node made. */
async function made(lab: NodeLab): Promise<[string, unknown][]> {
  const all = await lab.objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "default" });
  return all.filter(({ metadata }) => metadata.name?.startsWith("acme-")).map((object) => [
    object.metadata.name ?? "",
    object["data"],
  ]);
}

Deno.test("an object with a random name is repaired and made again under its own name without its seed", async () => {
  await withNode(async (lab) => {
    const nameTemplate = "{{ .uid }}-{{ randAlphaNum 6 | lower }}";
    await lab.want([config({ a: "{{ .plan }}" }, { nameTemplate })], { plan: "pro" });
    await lab.pass();
    const before = await made(lab);
    const [[name] = [""]] = before;
    assert.match(name, /^acme-[a-z0-9]{6}$/);
    await lab.objects.remove(SEED);
    await lab.objects.merge({ ...CONFIG, name }, { data: { a: "x" } });
    await lab.pass();
    assert.deepEqual(await made(lab), before);
    await lab.objects.remove({ ...CONFIG, name });
    await lab.pass();
    assert.deepEqual(await made(lab), before);
  });
});

Deno.test("what was retained is taken back with the values that it has, though the seed is gone", async () => {
  await withNode(async (lab) => {
    const kept = (includeWhen: string) =>
      config({ token: "{{ randAlpha 9 }}" }, { deletionPolicy: "Retain", includeWhen });
    await lab.want([kept("true")]);
    await lab.pass();
    const before = await made(lab);
    await lab.want([kept("false")]);
    await lab.pass();
    await lab.objects.remove(SEED);
    await lab.want([kept("true")]);
    await lab.pass();
    assert.deepEqual(await made(lab), before);
    await lab.objects.merge({ ...CONFIG, name: "acme-c" }, { data: { token: null } });
    await lab.pass();
    assert.match(JSON.stringify(await made(lab)), /"token":"[A-Za-z]{9}"/);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a merge patch and a PUT keep keys and random values as an apply does", async () => {
  for (const patchStrategy of ["merge", "replace"] as const) {
    await withNode(async (lab) => {
      const data = { key: '{{ genPrivateKey "ed25519" }}', token: "{{ randAlpha 5 }}", plan: "{{ .plan }}" };
      await lab.want([config(data, { patchStrategy })], { plan: "pro" });
      await lab.pass();
      const [[, before] = []] = await made(lab);
      await lab.want([config(data, { patchStrategy })], { plan: "free" });
      await lab.pass();
      assert.deepEqual(await made(lab), [["acme-c", { ...before as object, plan: "free" }]]);
      assert.equal((await lab.pass()).writes, 0);
    });
  }
});

Deno.test("a key that can't be made is told with its field, without what it was given, and mends with the row", async () => {
  await withNode(async (lab) => {
    const stringData = { crt: "{{ (genSelfSignedCert .uid (list .address) nil 1).Cert }}" };
    const wanted = [config({}, { spec: { apiVersion: "v1", kind: "Secret", stringData } })];
    await lab.want(wanted, { address: "not-an-address" });
    const [failed] = (await lab.pass()).status.resources ?? [];
    assert.equal(failed?.reason, "TemplateRenderError");
    assert.match(
      failed?.message ?? "",
      /^Failed to render resource c: spec\.stringData\.crt: .*the reason is withheld/,
    );
    assert.doesNotMatch(failed?.message ?? "", /not-an-address/);
    await lab.want(wanted, { address: "10.0.0.1" });
    assert.equal((await lab.pass()).status.resources?.[0]?.state, "Ready");
  });
});

Deno.test("a seed that may not be read fails what needs it, with the right to grant, and is tried again", async () => {
  await withNode(async (lab) => {
    const forbidden = new KubeError("secrets is forbidden", { status: 403, reason: "Forbidden" });
    lab.faults.get.set(SEED.name, forbidden);
    await lab.want([config({ token: "{{ randAlpha 9 }}" }), resourceOf({ id: "plain" })]);
    const { status, verdict } = await lab.pass();
    const [token, plain] = status.resources ?? [];
    assert.deepEqual([token?.state, token?.reason, plain?.state], ["Failed", "SeedUnavailable", "Ready"]);
    assert.match(
      token?.message ?? "",
      /Secret default\/acme-web-lynq-seed, .*; let the operator get, create and patch/,
    );
    assert.notEqual(verdict.kind, "await");
    lab.faults.get.clear();
    assert.equal((await lab.pass()).status.resources?.[0]?.state, "Ready");
  });
});

Deno.test("of two that make the seed at once, both go on with the one that came first", async () => {
  await withNode(async ({ client, events }) => {
    const node = { ...storedNode({ row: "acme", form: "web" }), namespace: "default" };
    const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const input = { node, outlives: true, known: false, signal: new AbortController().signal };
    const answers = await Promise.all([1, 2, 3].map(() => loadSeed({ client, events, randomBytes }, input)));
    const prints = answers.map((answer) => answer.kind === "seed" ? answer.seed.fingerprint : answer.kind);
    assert.equal(new Set(prints).size, 1);
  });
});

Deno.test("the seed's name is the node's own, of a long one a shorter one that is told apart", () => {
  assert.equal(seedName("acme-web"), "acme-web-lynq-seed");
  const [a, b] = ["a", "b"].map((end) => seedName("x".repeat(252) + end));
  assert.ok((a ?? "").length <= 253);
  assert.notEqual(a, b);
});
