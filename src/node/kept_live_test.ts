import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import type { KubeObject } from "../kube/object.ts";
import { SECRET as SECRETS } from "./seed.ts";

const SECRET = { apiVersion: "v1", kind: "Secret", namespace: "default" };
const LOGIN = { ...SECRET, name: "acme-login" };
const SEED = { ...SECRET, name: "acme-web-lynq-seed" };
const TRACKED = { "lynq.sh/node": "acme-web", "lynq.sh/node-namespace": "default" };

/** What was there before it was rendered here. */
const BEFORE = { password: "made before", id: "of old", at: "1700000000", plan: "pro", site: "pro-old" };

const login = (part: Partial<Resource> = {}, password = "{{ randAlphaNum 24 }}") =>
  resourceOf({
    id: "login",
    spec: {
      apiVersion: "v1",
      kind: "Secret",
      stringData: {
        password,
        id: "{{ uuidv4 }}",
        at: "{{ now | unixEpoch }}",
        plan: "{{ .plan }}",
        site: "{{ .plan }}-{{ randAlpha 4 }}",
      },
    },
    ...part,
  });

async function present(
  lab: NodeLab,
  metadata: object = { labels: TRACKED },
  data: Record<string, string> = BEFORE,
): Promise<void> {
  const object = { apiVersion: "v1", kind: "Secret", metadata: { ...LOGIN, ...metadata }, stringData: data };
  await lab.client.create(SECRETS, object as unknown as KubeObject, { fieldManager: "before" });
}

/** A seed that an earlier pass made, before it was cut short. */
async function seeded(lab: NodeLab): Promise<void> {
  const metadata = { ...SEED, labels: { "lynq.sh/seed-of": "acme-web" } };
  const seed = Buffer.alloc(32, 7).toString("base64");
  const object = { apiVersion: "v1", kind: "Secret", metadata, type: "lynq.sh/seed", data: { seed } };
  await lab.client.create(SECRETS, object as unknown as KubeObject, { fieldManager: "lynq" });
}

async function data(lab: NodeLab): Promise<Record<string, string>> {
  const stored = ((await lab.objects.get(LOGIN))?.["data"] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(stored).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

const edit = (lab: NodeLab, key: string) => lab.objects.merge(LOGIN, { data: { [key]: "eA==" } });

Deno.test("what was there before keeps its random values and times, however old the seed, through all that comes", async () => {
  await withNode(async (lab) => {
    await seeded(lab);
    await present(lab);
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    const { status } = await lab.pass();
    assert.deepEqual(await data(lab), BEFORE);
    assert.ok(!JSON.stringify(status).includes(BEFORE.password));
    assert.equal((await lab.pass()).writes, 0);

    for (const key of Object.keys(BEFORE)) {
      lab.restart();
      await edit(lab, key);
      await lab.pass();
      assert.deepEqual(await data(lab), BEFORE, key);
    }
    await lab.objects.remove(LOGIN);
    await lab.pass();
    assert.deepEqual(await data(lab), BEFORE);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a kept value goes with its own template and its own variables", async () => {
  await withNode(async (lab) => {
    await seeded(lab);
    await present(lab);
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    await lab.pass();
    lab.clock.ahead = 60;
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "free" });
    await lab.pass();
    const { at, site = "", ...rest } = await data(lab);
    assert.deepEqual(rest, { password: BEFORE.password, id: BEFORE.id, plan: "free" });
    assert.match(site, /^free-[A-Za-z]{4}$/);
    assert.ok(Number(at) > Number(BEFORE.at));

    lab.clock.ahead = 120;
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    await lab.pass();
    const again = await data(lab);
    assert.deepEqual({ ...again, at: BEFORE.at }, BEFORE);
    assert.ok(Number(again["at"]) > Number(at));

    await lab.want([login({ conflictPolicy: "Force" }, "{{ randAlphaNum 12 }}")], { plan: "free" });
    await lab.pass();
    const { password = "", id } = await data(lab);
    assert.match(password, /^[A-Za-z0-9]{12}$/);
    assert.equal(id, BEFORE.id);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a pass that fails before it is recorded rotates nothing, however often", async () => {
  await withNode(async (lab) => {
    await present(lab);
    const which = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqNode",
      namespace: "default",
      name: "acme-web",
    };
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    for (let n = 0; n < 3; n++) {
      await lab.pass();
      await lab.objects.merge(which, { status: { resources: null } }, "status");
    }
    await lab.pass();
    assert.deepEqual(await data(lab), BEFORE);
    await lab.objects.remove(SEED);
    await lab.objects.merge(which, { status: { resources: null } }, "status");
    await lab.pass();
    assert.deepEqual(await data(lab), BEFORE);
  });
});

Deno.test("what is taken from somebody else or adopted keeps them too, and only they differ from the form", async () => {
  const annotated = { annotations: { "lynq.sh/adopt": "acme-web" } };
  for (
    const { metadata, part } of [
      { metadata: {}, part: { conflictPolicy: "Force" as const } },
      { metadata: annotated, part: { conflictPolicy: "Stuck" as const } },
      { metadata: annotated, part: { conflictPolicy: "Stuck" as const, patchStrategy: "replace" as const } },
    ]
  ) {
    await withNode(async (lab) => {
      await seeded(lab);
      await present(lab, metadata, { ...BEFORE, plan: "other" });
      await lab.want([login(part)], { plan: "pro" });
      await lab.pass();
      assert.deepEqual(await data(lab), BEFORE);
      // A PUT of the value that is there leaves the field with whoever had set it, so that only a deletion is seen.
      if ("patchStrategy" in part) await lab.objects.remove(LOGIN);
      else await edit(lab, "password");
      await lab.pass();
      assert.deepEqual(await data(lab), BEFORE);
    });
  }
});

Deno.test("what the row decides is the row's, though its template may be random for other rows", async () => {
  await withNode(async (lab) => {
    const stringData = {
      password: "{{ .password | default (randAlphaNum 16) }}",
      token: "{{ .token | default (randAlphaNum 16) }}",
      coin: "{{ if eq .plan `pro` }}{{ randInt 0 2 }}{{ else }}fixed{{ end }}",
      day: '{{ .created | toDate "2006-01-02" | date "02.01.2006" }}',
    };
    const before = { password: "old", token: "old", coin: "7", day: "old" };
    await present(lab, {}, before);
    const wanted = resourceOf({
      id: "login",
      conflictPolicy: "Force",
      spec: { apiVersion: "v1", kind: "Secret", stringData },
    });
    const row = { password: "of the row", token: "", plan: "pro", created: "2026-02-01" };
    await lab.want([wanted], row);
    await lab.pass();
    const after = { password: "of the row", token: "old", coin: "7", day: "01.02.2026" };
    assert.deepEqual(await data(lab), after);
    await lab.want([wanted], { ...row, plan: "free" });
    await lab.pass();
    assert.deepEqual(await data(lab), { ...after, coin: "fixed" });
  });
});

Deno.test("a time alone is kept too, and needs no seed where the object is new", async () => {
  await withNode(async (lab) => {
    await present(lab, { labels: TRACKED }, { at: "1700000000" });
    const timed = (id: string) =>
      resourceOf({
        id,
        conflictPolicy: "Force",
        spec: { apiVersion: "v1", kind: "Secret", stringData: { at: "{{ now | unixEpoch }}" } },
      });
    await lab.want([timed("login")]);
    await lab.pass();
    await edit(lab, "at");
    await lab.pass();
    await lab.objects.remove(LOGIN);
    await lab.pass();
    assert.deepEqual(await data(lab), { at: "1700000000" });
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("what was created once by somebody else keeps its values when it is to be kept up from then on", async () => {
  await withNode(async (lab) => {
    await seeded(lab);
    await present(lab, { labels: TRACKED, annotations: { "lynq.sh/created-once": "true" } });
    const node = { ...LOGIN, apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "acme-web" };
    await lab.want([login({ creationPolicy: "Once", conflictPolicy: "Force" })], { plan: "pro" });
    await lab.pass();
    const uid = (await lab.objects.get(LOGIN))?.metadata.uid;
    await lab.objects.merge(LOGIN, { metadata: { labels: { "lynq.sh/node": null } } });
    await lab.pass();
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    await lab.pass();
    assert.deepEqual(await data(lab), BEFORE);
    assert.equal((await lab.objects.get(LOGIN))?.metadata.uid, uid);
    assert.match(JSON.stringify((await lab.objects.get(node))?.["status"]), /"inputs":"/);
  });
});

Deno.test("kept values that can't be read are told with the remedy, and nothing is rotated meanwhile", async () => {
  await withNode(async (lab) => {
    await present(lab);
    await lab.want([login({ conflictPolicy: "Force" })], { plan: "pro" });
    await lab.pass();
    await lab.objects.merge(SEED, { data: { "kept.login": "eA==" } });
    await edit(lab, "plan");
    const [record] = (await lab.pass()).status.resources ?? [];
    assert.deepEqual([record?.state, record?.reason], ["Failed", "SeedUnavailable"]);
    assert.match(
      record?.message ?? "",
      /^data\["kept\.login"\] of Secret default\/acme-web-lynq-seed .*; restore it, or delete that key/,
    );
    assert.equal((await data(lab))["password"], BEFORE.password);
  });
});
