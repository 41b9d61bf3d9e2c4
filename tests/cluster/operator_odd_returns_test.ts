import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { API, configOf, hold, nodeOf, recordsOf, release } from "../support/deletion_lab.ts";
import { events } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const config = (id: string, more = "") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${more} spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}\n`;

async function rowOf(lab: OperatorLab, active: 0 | 1): Promise<void> {
  await lab.db.exec(`UPDATE tenants SET active = ${active} WHERE id = 'acme'`);
}

const gone = (lab: OperatorLab, node: string) =>
  until(`${node} to be gone`, async () => await nodeOf(lab, node) === undefined);

/** The row goes and comes back; meanwhile somebody edits what was retained. */
async function retainedComesBack(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-kept" };
  await objects.apply(form(lab, "kept", `  configMaps:\n${config("kept", "deletionPolicy: Retain,")}`));
  await nodeReady(lab, "acme-kept");
  const uid = (await configOf(lab, "acme-kept"))?.metadata.uid;
  for (const plan of ["two", "three"]) {
    await db.exec("DELETE FROM tenants WHERE id = 'acme'");
    await gone(lab, "acme-kept");
    assert.equal((await configOf(lab, "acme-kept"))?.metadata.labels?.["lynq.sh/orphaned"], "true");
    await objects.merge(which, {
      data: { plan: "edited", more: "theirs" },
      metadata: { labels: { team: "x" } },
    });
    await db.exec(`INSERT INTO tenants VALUES ('acme', 1, '${plan}')`);
    await nodeReady(lab, "acme-kept");
    const back = await configOf(lab, "acme-kept");
    assert.equal(back?.metadata.uid, uid);
    assert.deepEqual(back?.["data"], { plan, more: "theirs" });
    assert.equal(back?.metadata.labels?.["team"], "x");
    assert.equal(back?.metadata.labels?.["lynq.sh/orphaned"], undefined);
    const marks = Object.keys(back?.metadata.annotations ?? {}).filter((key) =>
      key.startsWith("lynq.sh/orphaned")
    );
    assert.deepEqual(marks, []);
  }
  assert.deepEqual(await events(lab, "ResourceConflict"), []);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "kept" });
  await gone(lab, "acme-kept");
  await objects.remove(which);
}

/** The row comes back while a child of the node before is held by somebody's finalizer. */
async function comesBackTooSoon(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(
    form(lab, "held", `  configMaps:\n${config("held")}${config("next", "dependIds: [held],")}`),
  );
  const { metadata } = await nodeReady(lab, "acme-held");
  await hold(lab, "acme-held");
  await rowOf(lab, 0);
  await until(
    "the child to be on its way out",
    async () => (await configOf(lab, "acme-held"))?.metadata.deletionTimestamp !== undefined,
  );
  await rowOf(lab, 1);
  assert.equal((await nodeOf(lab, "acme-held"))?.metadata.uid, metadata.uid);
  await release(lab, "acme-held");
  const again = await until("another node", async () => {
    const node = await nodeOf(lab, "acme-held");
    return node !== undefined && node.metadata.uid !== metadata.uid ? node : undefined;
  });
  await nodeReady(lab, "acme-held");
  assert.equal((await configOf(lab, "acme-held"))?.metadata.ownerReferences?.[0]?.uid, again.metadata.uid);
  // It leaves the form and comes back while it is held.
  await hold(lab, "acme-held");
  await objects.apply(form(lab, "held", `  configMaps:\n${config("other")}`));
  await until(
    "the child to be on its way out",
    async () => (await configOf(lab, "acme-held"))?.metadata.deletionTimestamp !== undefined,
  );
  await objects.apply(form(lab, "held", `  configMaps:\n${config("held")}`));
  await until(
    "the node to wait for it",
    async () =>
      (await recordsOf(lab, "acme-held")).some(({ id, reason }) =>
        id === "held" && reason === "BeingDeleted"
      ),
  );
  await release(lab, "acme-held");
  await nodeReady(lab, "acme-held");
  assert.equal((await configOf(lab, "acme-held"))?.metadata.deletionTimestamp, undefined);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "held" });
  await gone(lab, "acme-held");
}

/** Forms of two hubs share the Namespace of a row, each with labels of its own, while one hub is paused. */
async function sharedWhilePaused(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const home = { apiVersion: "v1", kind: "Namespace", name: `both-${namespace}` };
  const tier = (name: string, label: string) =>
    form(
      lab,
      name,
      `  namespaces:\n  - {id: home, nameTemplate: "both-${namespace}", labelsTemplate: {own-${name}: "${label}", team: core}, spec: {apiVersion: v1, kind: Namespace}}\n`,
    );
  const second = (label: string) => tier("two", label).replace("hubId: tenants", "hubId: second");
  await objects.apply(hub(lab, { name: "second" }));
  await objects.apply(tier("one", "a"));
  await objects.apply(second("a"));
  await Promise.all([nodeReady(lab, "acme-one"), nodeReady(lab, "acme-two")]);
  const hubOf = { apiVersion: API, kind: "LynqHub", namespace, name: "second" };
  await objects.merge(hubOf, { metadata: { annotations: { "lynq.sh/paused": "true" } } });
  await until("the node to be paused", async () => {
    const status = (await nodeOf(lab, "acme-two"))?.["status"] as {
      conditions?: { type: string; status: string }[];
    };
    return status.conditions?.some((each) => each.type === "Paused" && each.status === "True");
  });
  const labels = async () => (await objects.get(home))?.metadata.labels ?? {};
  await objects.merge(home, { metadata: { labels: { "own-one": "x", "own-two": "x", "team": "x" } } });
  await until("the node that is not paused to repair its own", async () => {
    const now = await labels();
    return now["own-one"] === "a" && now["team"] === "core";
  });
  await objects.apply(tier("one", "b"));
  await until("its change", async () => (await labels())["own-one"] === "b");
  await objects.apply(second("b"));
  await nodeReady(lab, "acme-one");
  assert.equal((await labels())["own-two"], "x");
  await objects.merge(hubOf, { metadata: { annotations: { "lynq.sh/paused": null } } });
  await until("the other node's change", async () => (await labels())["own-two"] === "b");
  await nodeReady(lab, "acme-two");
  await objects.merge(hubOf, { metadata: { annotations: { "lynq.sh/paused": "true" } } });
  const uid = (await objects.get(home))?.metadata.uid;
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "one" });
  await gone(lab, "acme-one");
  assert.equal((await objects.get(home))?.metadata.uid, uid);
  assert.equal((await objects.get(home))?.metadata.deletionTimestamp, undefined);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "two" });
  await gone(lab, "acme-two");
  await until("the namespace to be gone", async () => await objects.get(home) === undefined);
  await objects.merge(hubOf, { metadata: { annotations: { "lynq.sh/paused": null } } });
}

const LISTS = (port: number) => `
  ingresses:
  - id: door
    nameTemplate: "{{ .uid }}-door"
    waitForReady: false
    ignoreFields: ["$.spec.rules[0].host"]
    spec:
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      spec:
        rules:
        - host: form.example.org
          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: ${port}}}}}]}
  services:
  - id: web
    nameTemplate: "{{ .uid }}-web"
    ignoreFields: ["$.spec.ports[?(@.name=='http')].targetPort"]
    spec:
      apiVersion: v1
      kind: Service
      spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: ${port}}, {name: admin, port: 81, targetPort: ${port}}]}
`;

/** `spec.rules` of an Ingress has one owner as a whole; ports of a Service are told apart by two keys. */
async function ignoredInLists(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(form(lab, "lists", LISTS(1000)));
  await nodeReady(lab, "acme-lists");
  const door = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace, name: "acme-door" };
  const web = { apiVersion: "v1", kind: "Service", namespace, name: "acme-web" };
  interface Rule {
    readonly host: string;
    readonly http: {
      readonly paths: readonly {
        readonly backend: { readonly service: { readonly port: { readonly number: number } } };
      }[];
    };
  }
  const told = async () => {
    const { rules } = (await objects.get(door))?.["spec"] as { rules: Rule[] };
    const { ports } = (await objects.get(web))?.["spec"] as { ports: { targetPort: number }[] };
    const [rule] = rules;
    return [
      rule?.host,
      rule?.http.paths[0]?.backend.service.port.number,
      ...ports.map(({ targetPort }) => targetPort),
    ].join(" ");
  };
  const { rules } = (await objects.get(door))?.["spec"] as { rules: Rule[] };
  await objects.merge(door, {
    spec: { rules: rules.map((rule) => ({ ...rule, host: "theirs.example.org" })) },
  });
  await objects.merge(web, {
    spec: {
      ports: [{ name: "http", port: 80, targetPort: 2000 }, { name: "admin", port: 81, targetPort: 2000 }],
    },
  });
  await until(
    "what is not ignored to be repaired",
    async () => await told() === "theirs.example.org 1000 2000 1000",
  );
  await objects.apply(form(lab, "lists", LISTS(3000)));
  await until(
    "what is not ignored to follow the form",
    async () => await told() === "theirs.example.org 3000 2000 3000",
  );
  await nodeReady(lab, "acme-lists");
  const corrected = (await events(lab, "DriftCorrected")).map((event) => String(event["message"]));
  assert.deepEqual(corrected.filter((text) => text.includes("acme-door")), []);
}

operatorTest(answer, "what comes back, is shared or ignored in odd ways ends as the form says", {
  prepare: async (lab) => {
    await lab.db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await lab.db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
    await lab.objects.apply(hub(lab, { name: "tenants" }));
  },
  steps: [
    { title: "what was retained and edited is taken back with its row", run: retainedComesBack },
    {
      title: "a row or an entry that comes back waits for what is still on its way out",
      run: comesBackTooSoon,
    },
    { title: "hubs share a Namespace while one of them is paused", run: sharedWhilePaused },
    { title: "ignored fields in lists of any kind stay as others wrote them", run: ignoredInLists },
  ],
});
