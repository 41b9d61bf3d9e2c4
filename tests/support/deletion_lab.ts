import type { Condition } from "../../src/api/primitives.ts";
import type { NodeStatus, ResourceRecord } from "../../src/api/node.ts";
import type { DeleteOptions } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { FORM, HUB, NODE } from "../../src/operator/kinds.ts";
import { until } from "./cluster_objects.ts";
import type { OperatorLab } from "./operator_lab.ts";

export const API = "operator.lynq.sh/v1";

export function nodeOf({ objects, namespace }: OperatorLab, name: string): Promise<KubeObject | undefined> {
  return objects.get({ apiVersion: API, kind: "LynqNode", namespace, name });
}

export function configOf({ objects, namespace }: OperatorLab, name: string): Promise<KubeObject | undefined> {
  return objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
}

export async function recordsOf(lab: OperatorLab, name: string): Promise<readonly ResourceRecord[]> {
  return ((await nodeOf(lab, name))?.["status"] as NodeStatus | undefined)?.resources ?? [];
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const status = object?.["status"] as { conditions?: Condition[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Waits for an event of that reason whose message matches. */
export async function eventOf(
  { objects, namespace }: OperatorLab,
  reason: string,
  says: RegExp,
): Promise<void> {
  await until(`the event ${reason}`, async () => {
    const events = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
    return events.some((event) => event["reason"] === reason && says.test(String(event["message"])));
  });
}

/** Keeps a ConfigMap from going, by a finalizer of the test's own. */
export async function hold({ objects, namespace }: OperatorLab, name: string): Promise<void> {
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
  await objects.merge(which, { metadata: { finalizers: ["example.org/hold"] } });
}

export async function release({ objects, namespace }: OperatorLab, name: string): Promise<void> {
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
  await objects.merge(which, { metadata: { finalizers: null } });
}

const KINDS = { LynqHub: HUB, LynqForm: FORM, LynqNode: NODE };

/** Deletes as `kubectl delete --cascade=orphan` or `--cascade=foreground` does. */
export async function cascade(
  { plane, namespace }: OperatorLab,
  of: { kind: keyof typeof KINDS; name: string },
  propagationPolicy: NonNullable<DeleteOptions["propagationPolicy"]>,
): Promise<void> {
  const client = createKubeClient(plane.credentials("admin"));
  try {
    await client.delete({ type: KINDS[of.kind], namespace, name: of.name }, { propagationPolicy });
  } finally {
    client.close();
  }
}
