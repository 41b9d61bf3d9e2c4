import assert from "node:assert/strict";
import { isTrue } from "../../src/api/conditions.ts";
import type { HubStatus } from "../../src/api/hub.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { rowLab } from "../support/row_lab.ts";

const answer = await requireControlPlane();

const ROWS = ["acme", "beta", "gamma"];

/** Reads of the table so far, from the database's own log. */
async function polls({ db }: OperatorLab): Promise<number> {
  return (await db.statements()).filter((sql) => /^\s*SELECT .* FROM `tenants`/.test(sql)).length;
}

/** What the operator asked, without what keeps Leases and watches alive. */
async function asked(audit: OperatorAudit): Promise<string[]> {
  return (await audit.requests())
    .filter(({ verb, objectRef }) => verb !== "watch" && objectRef?.resource !== "leases")
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

/** Waits until the operator asked for nothing during several polls. */
async function atRest(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await until("the operator to come to rest", async () => {
    await audit.restart();
    await pollsMore(lab, 3);
    return (await asked(audit)).length === 0;
  });
}

async function pollsMore(lab: OperatorLab, count: number): Promise<void> {
  const before = await polls(lab);
  await until(`${count} polls`, async () => await polls(lab) >= before + count);
}

async function sourceAvailable(lab: OperatorLab, hub: string): Promise<boolean> {
  const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: lab.namespace, name: hub };
  const status = (await lab.objects.get(which))?.["status"] as HubStatus | undefined;
  return isTrue(status?.conditions, "SourceAvailable");
}

const secret = (lab: OperatorLab) => ({
  apiVersion: "v1",
  kind: "Secret",
  namespace: lab.namespace,
  name: "seldom-db",
});

operatorTest(answer, "a converged operator is silent, and a hub follows its Secret at once", {
  prepare: async (lab) => {
    const rows = rowLab(lab);
    await rows.sql("CREATE TABLE tenants (id varchar(63) primary key, plan varchar(20), active integer)");
    await rows.sql(`INSERT INTO tenants VALUES ${ROWS.map((id) => `('${id}','pro',1)`).join(",")}`);
    await rows.hub();
    await rows.form("web");
  },
  steps: [
    {
      title: "polls of unchanged rows ask the API server nothing",
      run: async (lab) => {
        for (const id of ROWS) await rowLab(lab).configHolds(`${id}-of-web`, { plan: "pro" });
        await atRest(lab);
        const audit = new OperatorAudit(lab.plane);
        await audit.restart();
        await pollsMore(lab, 6);
        assert.deepEqual(await asked(audit), []);
        assert.deepEqual(await audit.writes(), []);
      },
    },
    {
      title: "a changed row costs its own requests: the node, its object, its status",
      run: async (lab) => {
        const audit = new OperatorAudit(lab.plane);
        await audit.restart();
        await rowLab(lab).sql("UPDATE tenants SET plan='gold' WHERE id='beta'");
        await rowLab(lab).configHolds("beta-of-web", { plan: "gold" });
        await atRest(lab);
        const name = "beta-web";
        assert.deepEqual((await audit.writes()).filter((write) => !/lynq(hubs|forms)/.test(write)), [
          `patch lynqnodes/${name}`,
          "patch configmaps/beta-of-web",
          `patch lynqnodes/${name} status`,
        ]);
      },
    },
    {
      title: "a hub that reads once an hour reads at once when its Secret changes",
      run: async (lab) => {
        const { objects, namespace, db } = lab;
        const password = (text: string) =>
          objects.merge(secret(lab), { stringData: { password: text }, metadata: { labels: { any: "1" } } });
        await objects.apply(seldomHub(lab));
        await until("the first read", () => sourceAvailable(lab, "seldom"));
        await password("wrong");
        await until("the read to fail", async () => !await sourceAvailable(lab, "seldom"));
        await password(db.password);
        await until("the read to succeed", () => sourceAvailable(lab, "seldom"));
        await objects.remove({
          apiVersion: "operator.lynq.sh/v1",
          kind: "LynqHub",
          namespace,
          name: "seldom",
        });
        await atRest(lab);
      },
    },
  ],
});

function seldomHub({ db, namespace }: OperatorLab): string {
  return `
apiVersion: v1
kind: Secret
metadata: {name: seldom-db, namespace: ${namespace}}
stringData: {password: ${JSON.stringify(db.password)}}
---
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: seldom, namespace: ${namespace}}
spec:
  source:
    type: mysql
    syncInterval: 1h
    mysql: {host: ${db.host}, port: ${db.port}, username: ${db.username}, database: ${db.database}, table: tenants,
      passwordRef: {name: seldom-db, key: password}}
  valueMappings: {uid: id, activate: active}
`;
}
