import type { ResourceRecord } from "../../src/api/node.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until, type Which } from "./cluster_objects.ts";
import type { OperatorLab } from "./operator_lab.ts";

const NODE = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "acme-web" } as const;

/** What the node acme-web records of one resource. */
export async function recordOf(lab: OperatorLab, id: string): Promise<ResourceRecord | undefined> {
  const node = await lab.objects.get({ ...NODE, namespace: lab.namespace });
  const status = node?.["status"] as { resources?: ResourceRecord[] } | undefined;
  return status?.resources?.find((record) => record.id === id);
}

/** Waits until the record of a resource has this reason, or this state where it has none. */
export async function recordBecomes(lab: OperatorLab, id: string, reason: string): Promise<ResourceRecord> {
  return await until(`${id} to be ${reason}`, async () => {
    const record = await recordOf(lab, id);
    return (record?.reason ?? record?.state) === reason ? record : undefined;
  });
}

/** Waits for an event of the node whose message matches; answers the message. */
export async function eventSays(lab: OperatorLab, reason: string, says: RegExp): Promise<string> {
  return await until(`event ${reason} that says ${says}`, async () => {
    const events = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
    return events.filter((event) => event["reason"] === reason)
      .map((event) => String(event["message"])).find((message) => says.test(message));
  });
}

export async function events(lab: OperatorLab, reason: string): Promise<KubeObject[]> {
  const all = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
  return all.filter((event) => event["reason"] === reason);
}

/** An object of the test's namespace. */
export function inLab(lab: OperatorLab, kind: string, name: string): Which {
  const apiVersion = kind === "Deployment" ? "apps/v1" : kind === "Job" ? "batch/v1" : "v1";
  return { apiVersion, kind, namespace: lab.namespace, name };
}

/** Waits until a look at an object finds what is wanted; answers the object. */
export async function objectBecomes(
  lab: OperatorLab,
  which: Which,
  wanted: (object: KubeObject) => boolean,
): Promise<KubeObject> {
  return await until(`${which.kind} ${which.name} to be as wanted`, async () => {
    const object = await lab.objects.get(which);
    return object !== undefined && wanted(object) ? object : undefined;
  });
}
