import type { ClusterObjects } from "./cluster_objects.ts";
import type { OperatorProcess } from "./operator_process.ts";

const API = "operator.lynq.sh/v1";

/** What a failed step leaves behind: hubs, forms and nodes with their status, and the end of the operator's log. */
export async function labPicture(
  lab: { objects: ClusterObjects; namespace: string; operator: OperatorProcess },
): Promise<string> {
  const { objects, namespace, operator } = lab;
  const told: string[] = [];
  for (const kind of ["LynqHub", "LynqForm", "LynqNode"]) {
    const all = await objects.list({ apiVersion: API, kind, namespace });
    for (const { metadata, ...rest } of all.slice(0, SHOWN)) {
      told.push(
        `${kind} ${metadata.name}: ${
          JSON.stringify({ gone: metadata.deletionTimestamp, status: rest["status"] })
        }`,
      );
    }
    if (all.length > SHOWN) told.push(`... ${all.length - SHOWN} more of kind ${kind}`);
  }
  return [...told, ...operator.lines.slice(-LINES)].join("\n");
}

const SHOWN = 5;
const LINES = 25;
