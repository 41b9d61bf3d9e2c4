/**
 * What the API server takes from a client that knows everything in advance and makes only the unavoidable writes: one
 * LynqNode, its ten resources in two waves, one status; watches stay open all the while. It shares no code with the
 * operator. Prints resources a second and milliseconds of CPU a resource.
 *
 *     deno run --allow-net --allow-read --allow-env ideal_client.ts SERVER CA_FILE TOKEN NAMESPACE NODES
 *
 * CA_FILE is empty for a server without TLS.
 */
import process from "node:process";
import { RESOURCES, uidOf } from "./fleet.ts";

/** Nodes that are made at the same time. */
const LANES = 12;

const GROUP = "/apis/operator.lynq.sh/v1";
const JSON_TYPE = "application/json";
const APPLY_TYPE = "application/apply-patch+yaml";
const MERGE_TYPE = "application/merge-patch+json";

interface Target {
  readonly server: string;
  readonly token: string;
  readonly namespace: string;
  readonly http: Deno.HttpClient;
}

interface Write {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly type: string;
  readonly body: unknown;
}

interface Made {
  readonly metadata: { readonly uid: string };
}

async function send(target: Target, { method, path, type, body }: Write): Promise<Made> {
  const response = await fetch(target.server + path, {
    client: target.http,
    method,
    headers: { authorization: `Bearer ${target.token}`, "content-type": type },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.message}`);
  return answer;
}

async function watch(target: Target, path: string, selector: string): Promise<void> {
  const headers = { authorization: `Bearer ${target.token}` };
  const ask = (query: string) => fetch(`${target.server}${path}?${query}`, { client: target.http, headers });
  const { metadata } = await (await ask("limit=1")).json();
  const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}${selector}`;
  const { body } = await ask(query);
  if (body === null) return;
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) JSON.parse(line);
  }
}

async function makeNode(target: Target, uid: string): Promise<void> {
  const owner = await createNode(target, uid);
  const apply = (plural: string, child: string, content: Record<string, unknown>) =>
    applyChild(target, { owner, plural, child, content });
  const configMap = (n: number) =>
    apply("configmaps", `${uid}-cm${n}`, {
      kind: "ConfigMap",
      data: { plan: "pro", host: `${uid}.example.com`, n: String(n) },
    });
  const secret = (n: number) =>
    apply("secrets", `${uid}-s${n}`, { kind: "Secret", stringData: { k: uid.padEnd(64, "0") } });
  const service = { selector: { app: uid }, clusterIP: "None", ports: [{ name: "http", port: 80 }] };
  await Promise.all([
    ...[0, 1, 2, 4].map(configMap),
    ...[0, 1].map(secret),
    apply("serviceaccounts", `${uid}-sa`, { kind: "ServiceAccount" }),
  ]);
  await Promise.all([
    ...[3, 5].map(configMap),
    apply("services", `${uid}-svc`, { kind: "Service", spec: service }),
  ]);
  await send(target, {
    method: "PATCH",
    path: `${nodesOf(target)}/${owner.name}/status`,
    type: MERGE_TYPE,
    body: { status: readyStatus(target.namespace, uid) },
  });
}

interface Owner {
  readonly name: string;
  readonly uid: string;
}

function nodesOf({ namespace }: Target): string {
  return `${GROUP}/namespaces/${namespace}/lynqnodes`;
}

async function createNode(target: Target, uid: string): Promise<Owner> {
  const name = `${uid}-ideal`;
  const body = {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    metadata: { name, labels: { "lynq.sh/hub": "ideal", "lynq.sh/uid": uid } },
    spec: { uid, templateRef: "ideal" },
  };
  const made = await send(target, { method: "POST", path: nodesOf(target), type: JSON_TYPE, body });
  return { name, uid: made.metadata.uid };
}

async function applyChild(
  target: Target,
  of: { owner: Owner; plural: string; child: string; content: Record<string, unknown> },
): Promise<void> {
  const { owner, plural, child, content } = of;
  const metadata = {
    name: child,
    labels: { "lynq.sh/node": owner.name, "lynq.sh/node-namespace": target.namespace },
    annotations: { "lynq.sh/deletion-policy": "Delete" },
    ownerReferences: [{
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqNode",
      ...owner,
      controller: true,
      blockOwnerDeletion: true,
    }],
  };
  const path = `/api/v1/namespaces/${target.namespace}/${plural}/${child}?fieldManager=lynq`;
  const body = { apiVersion: "v1", ...content, metadata };
  await send(target, { method: "PATCH", path, type: APPLY_TYPE, body });
}

function readyStatus(namespace: string, uid: string): unknown {
  return {
    observedGeneration: 1,
    desiredResources: RESOURCES,
    readyResources: RESOURCES,
    appliedResources: Array.from(
      { length: RESOURCES },
      (_, n) => `ConfigMap/${namespace}/${uid}-cm${n}@cm${n}`,
    ),
    conditions: [{
      type: "Ready",
      status: "True",
      reason: "Reconciled",
      message: "",
      lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ""),
    }],
  };
}

const PLURALS = ["configmaps", "secrets", "services", "serviceaccounts"];

/** Nothing is left that an operator measured next would take for nodes and children. */
async function removeAll(target: Target): Promise<void> {
  const { namespace } = target;
  const labelled = PLURALS.map((plural) =>
    `/api/v1/namespaces/${namespace}/${plural}?labelSelector=lynq.sh/node`
  );
  for (const path of [...labelled, nodesOf(target)]) {
    await send(target, {
      method: "DELETE",
      path,
      type: JSON_TYPE,
      body: { propagationPolicy: "Background" },
    });
  }
}

async function main([server = "", caFile = "", token = "", namespace = "", nodes = "0"]: string[]) {
  const caCerts = caFile === "" ? [] : [await Deno.readTextFile(caFile)];
  const http = Deno.createHttpClient({ caCerts, http2: true });
  const target: Target = { server, token, namespace, http };
  const ended = () => undefined;
  for (const plural of PLURALS) {
    watch(target, `/api/v1/${plural}`, "&labelSelector=lynq.sh/node").catch(ended);
  }
  watch(target, `${GROUP}/lynqnodes`, "").catch(ended);
  const start = performance.now();
  const used = process.cpuUsage();
  let next = 0;
  await Promise.all(Array.from({ length: LANES }, async () => {
    while (next < Number(nodes)) await makeNode(target, uidOf(next++));
  }));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  await removeAll(target);
  const resources = Number(nodes) * RESOURCES;
  console.log(`${Math.round(resources / seconds)} ${((user + system) / 1000 / resources).toFixed(2)}`);
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0);
}
