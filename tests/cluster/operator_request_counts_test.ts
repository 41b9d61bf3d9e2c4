import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { AuditLog, since, total, writesIn } from "../bench/api_audit.ts";
import { type Fleet, formOf, hubOf, RESOURCES, tableOf, uidOf } from "../bench/fleet.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();
const ROWS = 60;

/** Kinds that the operator watches with this fleet: its own three, revisions, namespaces, CRDs, and four of children. */
const KINDS = 10;

/** What hub, form and its Event tell of the nodes: paced while something moves, so that it grows with time alone. */
const PACED = ["patch lynqforms/status", "patch lynqhubs/status", "patch events"];

function fleetOf({ namespace }: OperatorLab): Fleet {
  return { namespace, rows: ROWS };
}

interface Asked {
  readonly all: ReadonlyMap<string, number>;
  /** All but what is paced by time. */
  readonly unpaced: Readonly<Record<string, number>>;
  /** How long it took. */
  readonly seconds: number;
}

/** Until when requests that are due are waited for. */
const DUE_MS = 60_000;

/**
 * What the operator asks of the API server from now until `work` is done, as many requests were made as are `due`, those
 * that are paced not counted, and nothing has been asked for three seconds.
 */
async function asked(lab: OperatorLab, work: () => Promise<unknown>, due = 0): Promise<Asked> {
  const log = new AuditLog(lab.plane.auditFile);
  const before = await log.requests();
  const began = Date.now();
  await work();
  const end = Date.now() + DUE_MS;
  let seen = -1;
  while (true) {
    const all = since(before, await log.requests());
    const unpaced = new Map([...all].filter(([what]) => !PACED.includes(what)));
    if (total(all) === seen && (total(unpaced) >= due || Date.now() > end)) {
      return { all, unpaced: Object.fromEntries(unpaced), seconds: (Date.now() - began) / 1000 };
    }
    seen = total(all);
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}

function hubYaml(lab: OperatorLab, syncInterval: string): string {
  const { host, port, username, database } = lab.db;
  const passwordRef = { name: "db", key: "password" };
  const mysql = { host, port, username, database, table: "bench", passwordRef };
  return hubOf(fleetOf(lab), { type: "mysql", syncInterval, mysql });
}

async function allReady(lab: OperatorLab): Promise<void> {
  await until("every node to be ready", async () => {
    const nodes = await lab.objects.list({
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqNode",
      namespace: lab.namespace,
    });
    return nodes.length === ROWS && nodes.every(isReady);
  });
}

function isReady(node: KubeObject): boolean {
  const status = node["status"] as
    | {
      readyResources?: number;
      observedGeneration?: number;
      conditions?: { type: string; status: string }[];
    }
    | undefined;
  return status?.readyResources === RESOURCES && status.observedGeneration === node.metadata.generation &&
    status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}

async function configMaps(lab: OperatorLab, has: (data: Record<string, string>) => boolean): Promise<number> {
  const { namespace } = lab;
  const found = await lab.objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace });
  return found.filter((each) => has((each["data"] ?? {}) as Record<string, string>)).length;
}

/** 12 requests a node with 10 resources are unavoidable: the node, each resource, one status. */
async function cold(lab: OperatorLab): Promise<void> {
  const { all, unpaced, seconds } = await asked(lab, async () => {
    await lab.objects.apply(formOf(fleetOf(lab)));
    await lab.objects.apply(hubYaml(lab, "1s"));
    await allReady(lab);
  });
  const perNode = {
    "create lynqnodes": 1,
    "patch configmaps": 6,
    "patch secrets": 2,
    "patch serviceaccounts": 1,
    "patch services": 1,
    "patch lynqnodes/status": 1,
  };
  for (const [what, count] of Object.entries(perNode)) assert.equal(all.get(what), count * ROWS, what);
  const rest = Object.entries(unpaced).filter(([what]) => !(what in perNode));
  assert(total(new Map(rest)) <= 25, JSON.stringify(rest));
  // Each of what is paced may come once a second, the longer the more.
  const most = 1.3 * ROWS * RESOURCES + PACED.length * seconds;
  assert(total(all) <= most, JSON.stringify(Object.fromEntries(all)));
}

async function silent(lab: OperatorLab): Promise<void> {
  await nothingAsked(lab, () => new Promise((resolve) => setTimeout(resolve, 5000)));
}

/** Waits until `work` costs nothing: what of the steps before is told late falls into one of the first rounds. */
async function nothingAsked(lab: OperatorLab, work: (round: number) => Promise<unknown>): Promise<void> {
  let round = 0;
  await until("work that costs nothing", async () => {
    const { all } = await asked(lab, () => work(round++));
    assert.deepEqual(Object.fromEntries(all), {});
    return true;
  });
}

async function changedRow(lab: OperatorLab): Promise<void> {
  const { unpaced } = await asked(lab, async () => {
    await lab.db.exec(`UPDATE bench SET plan = 'gold' WHERE id = '${uidOf(1)}'`, lab.db.database);
    await until(
      "the row in its ConfigMaps",
      async () => await configMaps(lab, (d) => d["plan"] === "gold") === 6,
    );
  }, 8);
  assert.deepEqual(unpaced, { "patch lynqnodes": 1, "patch configmaps": 6, "patch lynqnodes/status": 1 });
}

/** What a child's own controller writes. */
async function statusOnly(lab: OperatorLab): Promise<void> {
  const { namespace } = lab;
  const service = { apiVersion: "v1", kind: "Service", namespace, name: `${uidOf(1)}-svc` };
  await nothingAsked(lab, (round) => {
    const conditions = [{
      type: "Seen",
      status: "True",
      reason: "Test",
      message: `round ${round}`,
      lastTransitionTime: "2026-01-01T00:00:00Z",
    }];
    return lab.objects.merge(service, { status: { conditions } }, "status");
  });
}

async function editedChild(lab: OperatorLab): Promise<void> {
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace, name: `${uidOf(2)}-cm0` };
  const { unpaced } = await asked(lab, async () => {
    await lab.objects.merge(which, { data: { plan: "edited" } });
    await until("the repair", async () => await configMaps(lab, (d) => d["plan"] === "edited") === 0);
  }, 4);
  const repaired = {
    "get configmaps": 1,
    "patch configmaps": 1,
    "patch lynqnodes/status": 1,
    "create events": 1,
  };
  assert.deepEqual(unpaced, repaired);
}

/** A form's edit: one small write a node, the resources that change, and the status that records them. */
async function editedForm(lab: OperatorLab): Promise<void> {
  const edited = formOf(fleetOf(lab)).replace('n: "4"', 'n: "4, edited"');
  const { unpaced } = await asked(lab, async () => {
    await lab.objects.apply(edited);
    await until("the edit", async () => await configMaps(lab, (d) => d["n"] === "4, edited") === ROWS);
    await allReady(lab);
  }, 3 * ROWS + 2);
  const { "create events": events = 0, "get lynqforms": confirmed = 0, ...rest } = unpaced;
  assert(events <= 2, String(events));
  // Whether the revision still is the form's.
  assert(confirmed >= 1 && confirmed <= 2, String(confirmed));
  assert.deepEqual(rest, {
    "create controllerrevisions": 1,
    "patch lynqnodes": ROWS,
    "patch configmaps": ROWS,
    "patch lynqnodes/status": ROWS,
  });
}

/** Each kind is listed once, a page here, and what is served is asked for; nothing is written. */
async function restart(lab: OperatorLab): Promise<void> {
  await lab.operator.kill();
  const { all } = await asked(lab, async () => {
    lab.operator = await lab.start();
  }, KINDS + 1);
  assert.equal(writesIn(all), 0, JSON.stringify(Object.fromEntries(all)));
  const lists = [...all].filter(([what]) => what.startsWith("list "));
  for (const [what, count] of lists) {
    // The Secret of the hub is one object, watched by its name.
    assert.equal(count, what === "list secrets" ? 2 : 1, what);
  }
  assert.equal(lists.length, KINDS);
  const rest = new Map([...all].filter(([what]) => !/^(list|watch) /.test(what)));
  assert(total(rest) <= 3, JSON.stringify(Object.fromEntries(rest)));
  const pages = total(new Map(lists));
  assert(total(rest) + pages <= KINDS + pages, `${total(rest)} requests besides ${pages} pages`);
}

operatorTest(answer, "no request is made that isn't needed, as the API server's audit log counts them", {
  prepare: async (lab) => {
    for (const sql of tableOf(fleetOf(lab))) await lab.db.exec(sql, lab.db.database);
  },
  steps: [
    { title: "a new fleet costs the writes that are unavoidable", run: cold },
    { title: "nothing is asked while nothing changes, however often the database is read", run: silent },
    { title: "a changed row costs its node, its resources and one status", run: changedRow },
    { title: "a child's own status costs nothing", run: statusOnly },
    { title: "an edited child costs a look, its repair and the record of it", run: editedChild },
    { title: "a form's edit costs a small write a node and what changes", run: editedForm },
    { title: "a restart lists each kind and writes nothing", run: restart },
  ],
});
