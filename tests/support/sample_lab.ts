import assert from "node:assert/strict";
import { parseAllDocuments, stringify } from "yaml";
import type { HubSpec } from "../../src/api/hub.ts";
import type { NodeStatus } from "../../src/api/node.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until, type Which } from "./cluster_objects.ts";
import type { ControlPlaneAnswer } from "./control_plane.ts";
import type { GrantedKinds } from "./installed_account.ts";
import { type OperatorLab, operatorTest } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";
const SAMPLES = new URL("../../manifests/samples/", import.meta.url);

/**
 * What a cluster looks like at the end of a step, as data. Objects are named `Kind name`, and `Kind namespace/name`
 * where they are not in the namespace of hub and form; each has the values that it must hold, `{}` where none matters.
 */
export interface Expected {
  /** All LynqNodes by name: `Ready`, or a text that the status of one that is not Ready has in it. */
  readonly nodes: Readonly<Record<string, string>>;
  /** All objects that those nodes own. What a node owned in an earlier step and is named nowhere must be gone. */
  readonly children: Readonly<Record<string, unknown>>;
  /** What stays of earlier steps although no node owns it any more. */
  readonly kept?: Readonly<Record<string, unknown>>;
  readonly hub?: unknown;
}

type Act = (lab: SampleLab) => Promise<void>;

export interface SampleStep {
  readonly title: string;
  /** In this order: a `.yaml` is applied, an `.sql` runs in the hub's database, anything else is somebody's doing. */
  readonly does: readonly (string | Act)[];
  readonly expected: Expected;
}

/** A sample's folder in a cluster with its database. */
export interface SampleLab extends OperatorLab {
  /** Runs statements in the database that the sample's hub names. */
  sql(statements: string): Promise<void>;
}

/** Every row may go at once. */
export function withoutGuard(hub: string): Act {
  return async ({ objects, namespace }) => {
    const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace, name: hub };
    await objects.merge(which, { spec: { deletionGuard: { enabled: false } } });
  };
}

interface Run {
  readonly lab: SampleLab;
  readonly folder: string;
  /** Every object that a node ever owned. */
  readonly seen: Map<string, Which>;
}

/**
 * Registers a test of a folder of `manifests/samples` on the real API server and MariaDB: its files as they are, but for
 * the hubs' host, port, password and interval, and the namespace that all of it is applied to.
 */
export function sampleTest(
  answer: ControlPlaneAnswer,
  { folder, name, kinds = [] }: { folder: string; name: string; kinds?: readonly GrantedKinds[] },
  steps: readonly SampleStep[],
): void {
  const seen = new Map<string, Which>();
  let database = "";
  const runOf = (lab: OperatorLab): Run => {
    const sql = async (statements: string) => void await lab.db.exec(statements, database);
    return { lab: Object.assign(lab, { sql }), folder, seen };
  };
  operatorTest(answer, `sample ${folder}: ${name}`, {
    kinds,
    prepare: async (lab) => {
      database = await prepareDatabase(lab, folder);
    },
    steps: [
      ...steps.map(({ title, does, expected }) => ({
        title,
        run: async (lab: OperatorLab) => {
          for (const what of does) await act(runOf(lab), what);
          await reach(runOf(lab), expected);
        },
      })),
      { title: "nothing is left for the next test", run: (lab) => removeKept(runOf(lab)) },
    ],
  });
}

async function act(run: Run, what: string | Act): Promise<void> {
  const { lab, folder } = run;
  if (typeof what !== "string") return await what(lab);
  const text = await Deno.readTextFile(new URL(`${folder}/${what}`, SAMPLES));
  if (what.endsWith(".sql")) return await lab.sql(text);
  await lab.objects.apply(documents(text).map((object) => stringify(placed(lab, object))).join("---\n"));
}

function documents(text: string): KubeObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

/** Hubs and forms go to the test's namespace, as `kubectl apply --namespace` would put them there. */
function placed(lab: OperatorLab, object: KubeObject): KubeObject {
  if (object.apiVersion !== API) return object;
  const metadata = { ...object.metadata, namespace: lab.namespace };
  if (object.kind !== "LynqHub") return { ...object, metadata };
  const { syncInterval: _, ...spec } = object["spec"] as HubSpec;
  const server = { ...spec.source.mysql, host: lab.db.host, port: lab.db.port };
  return {
    ...object,
    metadata,
    spec: { ...spec, source: { ...spec.source, mysql: server, syncInterval: "1s" } },
  };
}

/** The database, the user and the Secret that the folder's hubs name. */
async function prepareDatabase(lab: OperatorLab, folder: string): Promise<string> {
  const hubs: KubeObject[] = [];
  for await (const { name } of Deno.readDir(new URL(`${folder}/`, SAMPLES))) {
    if (!name.endsWith(".yaml")) continue;
    const text = await Deno.readTextFile(new URL(`${folder}/${name}`, SAMPLES));
    hubs.push(...documents(text).filter(({ kind }) => kind === "LynqHub"));
  }
  const [first] = hubs.map((hub) => (hub["spec"] as HubSpec).source.mysql);
  assert(first?.passwordRef, `${folder} has no hub with a password`);
  const { database, username, passwordRef } = first;
  const password = lab.db.password;
  const quoted = `'${password.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  await lab.db.exec(
    `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4;
     CREATE USER IF NOT EXISTS '${username}'@'%' IDENTIFIED BY ${quoted};
     GRANT SELECT, SHOW VIEW ON ${database}.* TO '${username}'@'%';`,
    "",
  );
  const metadata = { name: passwordRef.name, namespace: lab.namespace };
  const stringData = { [passwordRef.key]: password };
  await lab.objects.apply(stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData }));
  return database;
}

async function reach(run: Run, expected: Expected): Promise<void> {
  await until("the cluster to be as the step expects", async () => {
    const different = await differences(run, expected);
    if (different.length > 0) throw new Error(`\n- ${different.join("\n- ")}`);
    return true;
  }, 300);
}

/** What is not yet as expected, a line each. */
async function differences(run: Run, expected: Expected): Promise<string[]> {
  const { lab, seen } = run;
  const at = { apiVersion: API, namespace: lab.namespace };
  const nodes = await lab.objects.list({ ...at, kind: "LynqNode" });
  const owned = new Set<string>();
  for (const { record, text } of nodes.flatMap((node) => recordsOf(lab, node))) {
    seen.set(text, record);
    owned.add(text);
  }
  const { children, kept = {} } = expected;
  const stays = { ...children, ...kept };
  const lines = [
    ...nodeDifferences(nodes, expected.nodes),
    ...setDifferences("owned objects", [...owned], Object.keys(children)),
  ];
  for (const [text, which] of seen) {
    const object = await lab.objects.get(which);
    if (text in stays) lines.push(...valueDifferences(text, object, stays[text]));
    else if (object !== undefined) lines.push(`${text} is still there`);
  }
  if (expected.hub !== undefined) {
    const [hub] = await lab.objects.list({ ...at, kind: "LynqHub" });
    lines.push(...valueDifferences("the hub", hub, expected.hub));
  }
  return lines;
}

function recordsOf(lab: OperatorLab, node: KubeObject): { record: Which; text: string }[] {
  const { resources = [] } = (node["status"] ?? {}) as NodeStatus;
  return resources.filter((record) => record.uid !== undefined).map((record) => {
    const { apiVersion, kind, namespace = "", name } = record;
    const home = namespace === "" || namespace === lab.namespace;
    const which = { apiVersion, kind, name, ...(namespace === "" ? {} : { namespace }) };
    return { record: which, text: home ? `${kind} ${name}` : `${kind} ${namespace}/${name}` };
  });
}

function nodeDifferences(nodes: readonly KubeObject[], expected: Expected["nodes"]): string[] {
  const names = nodes.map(({ metadata }) => metadata.name ?? "");
  const lines = setDifferences("LynqNodes", names, Object.keys(expected));
  for (const node of nodes) {
    const wanted = expected[node.metadata.name ?? ""];
    const status = (node["status"] ?? {}) as NodeStatus;
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    const holds = wanted === "Ready"
      ? ready?.status === "True" && ready.observedGeneration === node.metadata.generation
      : ready?.status === "False" && JSON.stringify(status).includes(wanted ?? "");
    if (!holds) {
      lines.push(`LynqNode ${node.metadata.name} is not ${wanted}: ${ready?.reason} ${ready?.message}`);
    }
  }
  return lines;
}

function setDifferences(what: string, actual: readonly string[], wanted: readonly string[]): string[] {
  const missing = wanted.filter((each) => !actual.includes(each));
  const added = actual.filter((each) => !wanted.includes(each));
  return [
    ...(missing.length === 0 ? [] : [`${what} missing: ${missing.toSorted().join(", ")}`]),
    ...(added.length === 0 ? [] : [`${what} not expected: ${added.toSorted().join(", ")}`]),
  ];
}

function valueDifferences(what: string, object: KubeObject | undefined, values: unknown): string[] {
  if (object === undefined) return [`${what} does not exist`];
  try {
    assert.partialDeepStrictEqual(object, values);
    return [];
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    return [`${what} does not hold ${JSON.stringify(values)}`];
  }
}

async function removeKept({ lab, seen }: Run): Promise<void> {
  for (const which of seen.values()) {
    if (await lab.objects.get(which) !== undefined) await lab.objects.remove(which);
  }
  for (const which of seen.values()) {
    await until(
      `${which.kind} ${which.name} to be gone`,
      async () => await lab.objects.get(which) === undefined,
    );
  }
}
