import assert from "node:assert/strict";
import { isProven } from "../../src/api/rollout.ts";
import { toStoredNode } from "../../src/api/stored.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();

const API = "operator.lynq.sh/v1";
const CONVERGED = 6;
const BULK = 300;

const values = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `('${prefix}${n}','pro',1)`).join(",");

const configOf = ({ namespace }: OperatorLab, name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace,
  name,
});

function data(object: KubeObject | undefined): Record<string, string> {
  return (object?.["data"] ?? {}) as Record<string, string>;
}

async function provenNodes(lab: OperatorLab, prefix: string): Promise<number> {
  const nodes = await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace });
  return nodes.map(toStoredNode).filter((node) => node.name.startsWith(prefix) && isProven(node)).length;
}

/** Waits until a part of the bulk is ready, and the operator is in the middle of it. */
async function inTheMiddle(lab: OperatorLab): Promise<void> {
  await until("the bulk to be under way", async () => {
    const ready = await provenNodes(lab, "bulk");
    assert(ready < BULK, "the bulk was through before anything was changed");
    return ready > 0;
  });
}

/** Every write in the order in which the API server answered it. */
function before(writes: readonly string[], small: RegExp, last: RegExp): boolean {
  const first = writes.findIndex((write) => small.test(write));
  return first >= 0 && first < writes.findLastIndex((write) => last.test(write));
}

const BULK_STATUS = /^patch lynqnodes\/bulk\d+-web status$/;

operatorTest(answer, "small changes are followed while nodes are made in masses", {
  prepare: async (lab) => {
    await lab.db.exec("CREATE TABLE tenants (id varchar(63) primary key, plan varchar(20), active integer)");
    await lab.db.exec(`INSERT INTO tenants VALUES ${values("calm", CONVERGED)}`);
    await lab.objects.apply(resources(lab));
  },
  steps: [
    {
      title: `an edited and a deleted child and a changed row come before the end of ${BULK} new nodes`,
      run: async (lab) => {
        const { objects, db } = lab;
        await until("the first nodes to be ready", async () => await provenNodes(lab, "calm") === CONVERGED);
        const audit = new OperatorAudit(lab.plane);
        await db.exec(`INSERT INTO tenants VALUES ${values("bulk", BULK)}`);
        await inTheMiddle(lab);
        await audit.restart();
        await objects.merge(configOf(lab, "calm0-a"), { data: { plan: "edited" } });
        await objects.remove(configOf(lab, "calm1-b"));
        await db.exec("UPDATE tenants SET plan='gold' WHERE id='calm2'");
        await until("all of it", async () => {
          const [edited, deleted, changed] = await Promise.all(
            ["calm0-a", "calm1-b", "calm2-c"].map((name) => objects.get(configOf(lab, name))),
          );
          return data(edited)["plan"] === "pro" && deleted !== undefined && data(changed)["plan"] === "gold";
        });
        await until("the bulk to be through", async () => await provenNodes(lab, "bulk") === BULK);
        const writes = await audit.writes();
        for (const small of [/^patch configmaps\/calm0-a$/, /^patch configmaps\/calm1-b$/]) {
          assert(before(writes, small, BULK_STATUS), `${small} came after the bulk`);
        }
        assert(
          before(writes, /^patch lynqnodes\/calm2-web$/, BULK_STATUS),
          "the row was read after the bulk",
        );
        assert(before(writes, /^patch configmaps\/calm2-c$/, BULK_STATUS), "the row came after the bulk");
      },
    },
    {
      title: "a node that is made costs its writes and one status, whatever else goes on",
      run: async (lab) => {
        const audit = new OperatorAudit(lab.plane);
        await audit.restart();
        await lab.db.exec("INSERT INTO tenants VALUES ('late','pro',1)");
        await until("the node to be ready", async () => await provenNodes(lab, "late") === 1);
        const own = await until("its status to be in the audit log", async () => {
          const all = (await audit.writes()).filter((write) => write.includes("/late"));
          return all.some((write) => write.endsWith(" status")) ? all : undefined;
        });
        assert.deepEqual(own.toSorted(), [
          "create lynqnodes/late-web",
          "patch configmaps/late-a",
          "patch configmaps/late-b",
          "patch configmaps/late-c",
          "patch lynqnodes/late-web status",
          "patch secrets/late-s",
          "patch serviceaccounts/late-sa",
        ]);
      },
    },
    {
      title: "what every node tells as they go is told by ten of them, and then once by the form",
      run: async (lab) => {
        const { objects, namespace } = lab;
        const nodes = await objects.list({ apiVersion: API, kind: "LynqNode", namespace });
        await objects.remove({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" });
        await until(
          "the nodes to be gone",
          async () => (await objects.list({ apiVersion: API, kind: "LynqNode", namespace })).length === 0,
        );
        const events = await until("every node to be told of", async () => {
          const all = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
          const gone = all.filter(({ reason }) => reason === "LynqNodeDeleted")
            .map((event) => ({ ...event["involvedObject"] as Involved, count: Number(event["count"]) }));
          return gone.reduce((sum, { count }) => sum + count, 0) === nodes.length ? gone : undefined;
        });
        assert.equal(events.length, 11);
        const form = events.filter(({ kind }) => kind === "LynqForm");
        assert.deepEqual(form.map(({ name, count }) => ({ name, count })), [
          { name: "web", count: nodes.length - 10 },
        ]);
      },
    },
  ],
});

interface Involved {
  readonly kind: string;
  readonly name: string;
}

function resources(lab: OperatorLab): string {
  const config = (id: string) =>
    `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}`;
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: web, namespace: ${lab.namespace}}
spec:
  hubId: tenants
  configMaps:
${["a", "b", "c"].map(config).join("\n")}
  secrets:
  - {id: s, nameTemplate: "{{ .uid }}-s", spec: {apiVersion: v1, kind: Secret, stringData: {plan: "{{ .plan }}"}}}
  serviceAccounts:
  - {id: sa, nameTemplate: "{{ .uid }}-sa", spec: {apiVersion: v1, kind: ServiceAccount}}
---${mysqlHub(lab)}`;
}
