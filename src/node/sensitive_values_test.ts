import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { NodeStatus } from "../api/node.ts";
import { sealRow } from "../api/sensitive.ts";
import { KubeError } from "../kube/error.ts";

const NODE = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };
const VALUES = { apiVersion: "v1", kind: "Secret", namespace: "default", name: "acme-web-lynq-sensitive" };
const LOGIN = { ...VALUES, name: "acme-login" };
const KEY = new Uint8Array(32).fill(3);
const PIN = "s3cr3t-pin";

const LOGIN_SPEC = {
  apiVersion: "v1",
  kind: "Secret",
  stringData: { pin: "{{ .pin }}", s: "{{ .pin }}{{ randAlphaNum 9 }}" },
};
const login = resourceOf({ id: "login", spec: LOGIN_SPEC });
const plain = resourceOf({
  id: "plain",
  spec: { apiVersion: "v1", kind: "ConfigMap", data: { uid: "{{ .uid }}" } },
});

const told = ({ resources = [] }: NodeStatus) =>
  Object.fromEntries(resources.map(({ id, state, reason }) => [id, reason ?? state]));
const messageOf = ({ resources = [] }: NodeStatus, id: string) =>
  resources.find((each) => each.id === id)?.message ?? "";

/** Gives the node a value in its Secret, and speaks of it. */
async function give(lab: NodeLab, pin: string): Promise<void> {
  const { sensitive } = sealRow({ uid: "acme", values: { pin } }, ["pin"], KEY);
  const { name, namespace } = VALUES;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    data: { a: sensitive?.part },
  };
  await lab.objects.apply(JSON.stringify(secret));
  await lab.objects.merge(NODE, { spec: { sensitive: { part: "a", hashes: sensitive?.hashes } } });
}

async function pinOf(lab: NodeLab): Promise<string> {
  const data = ((await lab.objects.get(LOGIN))?.["data"] ?? {}) as Record<string, string>;
  return Buffer.from(data["pin"] ?? "", "base64").toString();
}

Deno.test("what reads a sensitive variable is rendered with the Secret's value, and nothing else reads the Secret", async () => {
  await withNode(async (lab) => {
    await lab.want([login, plain]);
    await give(lab, PIN);
    const made = await lab.pass();
    assert.deepEqual(told(made.status), { login: "Ready", plain: "Ready" });
    assert.equal(await pinOf(lab), PIN);
    assert.ok(!JSON.stringify(await lab.stored()).includes(PIN));
    const asks = ({ reads }: { reads: readonly string[] }) =>
      reads.filter((read) => read.includes(VALUES.name));
    assert.equal(asks(made).length, 1);
    const again = await lab.pass();
    assert.deepEqual([again.writes, asks(again)], [0, []]);
    await lab.objects.merge(LOGIN, { data: { pin: "b3RoZXI=" } });
    while (await pinOf(lab) !== PIN) await lab.pass();
    await give(lab, "another-pin");
    await lab.pass();
    assert.equal(await pinOf(lab), "another-pin");
  });
});

Deno.test("no hash in the status can be made from the value without the Secret", async () => {
  await withNode(async (lab) => {
    const hashes = async (fill: number) => {
      const { sensitive } = sealRow(
        { uid: "acme", values: { pin: "1" } },
        ["pin"],
        new Uint8Array(32).fill(fill),
      );
      await lab.objects.merge(VALUES, { data: { a: sensitive?.part } });
      await lab.objects.merge(NODE, { spec: { sensitive: { part: "a", hashes: sensitive?.hashes } } });
      const { status } = await lab.pass();
      const found = status.resources?.find(({ id }) => id === "login");
      return [found?.hash, found?.inputs, found?.values];
    };
    await lab.want([login]);
    await give(lab, "1");
    await lab.pass();
    const [one, other] = [await hashes(1), await hashes(2)];
    one.forEach((hash, n) => assert.notEqual(hash, other[n]));
  });
});

Deno.test("a Secret that is gone or holds other values is told, and what has no part in it goes on", async () => {
  await withNode(async (lab) => {
    await lab.want([login, plain]);
    await give(lab, PIN);
    await lab.objects.merge(VALUES, { data: { a: "e30=" } });
    const other = await lab.pass();
    assert.deepEqual(told(other.status), { login: "SensitiveValuesLost", plain: "Ready" });
    assert.match(messageOf(other.status, "login"), /holds other values than the node speaks of/);
    await lab.objects.remove(VALUES);
    assert.match(messageOf((await lab.pass()).status, "login"), /does not exist; its hub writes it again/);
    lab.faults.get.set(VALUES.name, new KubeError("no", { status: 403, reason: "Forbidden" }));
    const refused = await lab.pass();
    assert.deepEqual(told(refused.status), { login: "SensitiveValuesUnavailable", plain: "Ready" });
    assert.equal(refused.verdict.kind, "requeue");
    lab.faults.get.clear();
    await give(lab, PIN);
    assert.deepEqual(told((await lab.pass()).status), { login: "Ready", plain: "Ready" });
  });
});

Deno.test("what a server says of an object with a sensitive value is told by fields and reasons alone", async () => {
  await withNode(async (lab) => {
    const typed = { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: "{{ .pin }}" } };
    const hooked = { apiVersion: "v1", kind: "ConfigMap", data: { pin: "{{ .pin }}" } };
    const fails = { apiVersion: "v1", kind: "ConfigMap", data: { pin: "{{ fail .pin }}" } };
    const specs = { typed, hooked, fails };
    await lab.want(Object.entries(specs).map(([id, spec]) => resourceOf({ id, spec })));
    await give(lab, PIN);
    const said = `admission webhook denied the request: ${PIN.toUpperCase()} is no pin`;
    lab.faults.apply.set("acme-hooked", new KubeError(said, { status: 403, reason: "Forbidden" }));
    const { status } = await lab.pass();
    assert.deepEqual(told(status), {
      typed: "ApplyFailed",
      hooked: "ApplyFailed",
      fails: "TemplateRenderError",
    });
    assert.match(messageOf(status, "typed"), /refused the object \(500\): .*Its own words are withheld/);
    assert.match(messageOf(status, "hooked"), /refused the object \(403 Forbidden\): it names no field/);
    assert.match(messageOf(status, "fails"), /at <fail \.pin>: the reason is withheld/);
    assert.doesNotMatch(JSON.stringify([await lab.stored(), lab.events]), new RegExp(PIN, "i"));
  });
});

Deno.test("what controllers say of an object with a sensitive value is withheld, also in a pause", async () => {
  await withNode(async (lab) => {
    const spec = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: { containers: [{ name: "c", image: "i", env: [{ name: "P", value: "{{ .pin }}" }] }] },
        },
      },
    };
    await lab.want([resourceOf({ id: "web", spec })]);
    await give(lab, PIN);
    await lab.pass();
    const which = { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "acme-web" };
    const failure = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: `Invalid value: ${PIN}`,
    };
    const conditions = [{ ...failure, lastTransitionTime: "2026-01-01T00:00:00Z" }];
    await lab.objects.merge(which, { status: { observedGeneration: 1, conditions } }, "status");
    let { status } = await lab.pass();
    for (let n = 0; n < 50 && messageOf(status, "web") === ""; n++) ({ status } = await lab.pass());
    assert.match(messageOf(status, "web"), /what is said of the object is withheld/);
    await lab.objects.merge(NODE, { spec: { paused: true } });
    await lab.pass();
    assert.ok(!JSON.stringify([await lab.stored(), lab.events]).includes(PIN));
  });
});

Deno.test("a sensitive variable in a name, a label or a condition breaks its resource and no other", async () => {
  await withNode(async (lab) => {
    await lab.want([
      plain,
      resourceOf({ id: "named", nameTemplate: "{{ .pin }}" }),
      resourceOf({ id: "asked", includeWhen: '{{ eq .pin "x" }}' }),
    ]);
    await give(lab, PIN);
    const { status } = await lab.pass();
    const broken = "TemplateRenderError";
    assert.deepEqual(told(status), { plain: "Ready", named: broken, asked: broken });
    assert.match(messageOf(status, "named"), /nameTemplate: it reads \.pin, which its hub keeps secret/);
  });
});
