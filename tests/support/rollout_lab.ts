import { toStoredForm, toStoredNode } from "../../src/api/stored.ts";
import type { StoredForm, StoredNode } from "../../src/api/stored.ts";
import { hasFailed, isProven } from "../../src/api/rollout.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { createInformer } from "../../src/kube/informer.ts";
import { NODE } from "../../src/operator/kinds.ts";
import { until } from "./cluster_objects.ts";
import { mysqlHub } from "./mysql_hub.ts";
import type { OperatorLab } from "./operator_lab.ts";

const API = "operator.lynq.sh/v1";

export interface WebForm {
  readonly name?: string;
  readonly image: string;
  /** What stands under `spec.rollout`, as one line of YAML. */
  readonly rollout?: string;
  /** More lines of the spec. */
  readonly more?: string;
  readonly timeoutSeconds?: number;
}

/** A hub whose database is read so seldom that no step of a rollout can come from a read. */
export function seldomHub(lab: OperatorLab, name = "tenants"): string {
  return mysqlHub(lab, { name, interval: "1h" });
}

/** A form of one Deployment, whose pods become ready unless the image can't be pulled. */
export function webForm({ namespace }: OperatorLab, of: WebForm): string {
  const { name = "web", image, rollout, more = "", timeoutSeconds = 300 } = of;
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hubId: tenants
  ${rollout === undefined ? "" : `rollout: ${rollout}`}
  ${more}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-${name}"
    timeoutSeconds: ${timeoutSeconds}
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: 1
        progressDeadlineSeconds: 3600
        selector: {matchLabels: {app: "{{ .uid }}-${name}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}-${name}"}}
          spec: {terminationGracePeriodSeconds: 0, containers: [{name: app, image: "${image}"}]}
`;
}

export async function fillTenants(lab: OperatorLab, rows: readonly string[]): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
  await lab.db.exec(`INSERT INTO tenants VALUES ${rows.join(", ")}`);
}

export async function formOf(lab: OperatorLab, name = "web"): Promise<StoredForm> {
  const found = await lab.objects.get({ apiVersion: API, kind: "LynqForm", namespace: lab.namespace, name });
  if (found === undefined) throw new Error(`no LynqForm ${name}`);
  return toStoredForm(found);
}

export async function nodesOf(lab: OperatorLab, form = "web"): Promise<StoredNode[]> {
  const all = await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace });
  return all.map(toStoredNode).filter((node) => node.spec.templateRef === form);
}

/** Waits until every node of a form is ready on the revision of its present generation, and gives that revision. */
export async function rolledOut(lab: OperatorLab, count: number, name = "web"): Promise<string> {
  return await until(`${count} nodes of ${name} to be on the present generation and ready`, async () => {
    const form = await formOf(lab, name);
    if (form.status.observedGeneration !== form.generation) return undefined;
    const nodes = await nodesOf(lab, name);
    const there = nodes.filter((n) => n.spec.revision === form.status.currentRevision && isProven(n));
    return there.length === count && nodes.length === count ? form.status.currentRevision : undefined;
  });
}

export async function formSays(
  lab: OperatorLab,
  of: { name?: string; type: string; reason: string },
): Promise<{ status: string; message: string }> {
  return await until(`LynqForm ${of.name ?? "web"} to say ${of.type} ${of.reason}`, async () => {
    const form = await formOf(lab, of.name);
    if (form.status.observedGeneration !== form.generation) return undefined;
    return form.status.conditions?.find((c) => c.type === of.type && c.reason === of.reason);
  });
}

export async function event(lab: OperatorLab, reason: string): Promise<KubeObject> {
  return await until(`event ${reason}`, async () => {
    const events = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
    return events.find((each) => each["reason"] === reason);
  });
}

/** Every version of every LynqNode, seen from outside the operator. */
export interface Audit {
  /** The most nodes of a form that were on one revision and not ready on it, at any instant, by form. */
  readonly most: ReadonlyMap<string, number>;
  /** The same without those that were found to have failed on it: the most that were on their way. */
  readonly moving: ReadonlyMap<string, number>;
  /** The nodes in the order that they got a revision, as `a-web web-1234`. */
  readonly moves: string[];
  stop(): Promise<void>;
}

export async function audit(lab: OperatorLab): Promise<Audit> {
  const client = createKubeClient(lab.plane.credentials("admin"));
  const nodes = new Map<string, StoredNode>();
  const most = new Map<string, number>();
  const moving = new Map<string, number>();
  const moves: string[] = [];
  const raise = (to: Map<string, number>, form: string, found: readonly StoredNode[]) => {
    const byRevision = Map.groupBy(found, (node) => node.spec.revision);
    const now = Math.max(0, ...[...byRevision.values()].map((each) => each.length));
    to.set(form, Math.max(to.get(form) ?? 0, now));
  };
  const count = (form: string) => {
    const waiting = [...nodes.values()].filter((n) =>
      n.spec.templateRef === form && !n.deleting && !isProven(n)
    );
    const failed = (n: StoredNode) => hasFailed(n) && n.status.observedGeneration === n.generation;
    raise(most, form, waiting);
    raise(moving, form, waiting.filter((n) => !failed(n)));
  };
  const informer = createInformer<StoredNode>({
    client,
    type: NODE,
    namespace: lab.namespace,
    project: toStoredNode,
    onEvent: (seen) => {
      if (seen.kind === "deleted") return void nodes.delete(seen.was.key);
      const node = seen.now.value;
      if (nodes.get(seen.now.key)?.spec.revision !== node.spec.revision) {
        moves.push(`${node.name} ${node.spec.revision}`);
      }
      nodes.set(seen.now.key, node);
      count(node.spec.templateRef);
    },
  });
  await informer.synced;
  return {
    most,
    moving,
    moves,
    stop: async () => {
      await informer.stop();
      client.close();
    },
  };
}
