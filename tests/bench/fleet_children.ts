import type { Which } from "../support/cluster_objects.ts";
import { type Fleet, uidOf } from "./fleet.ts";
import type { Stage } from "./stage.ts";

/** A ConfigMap of a row's node; `row` may be a uid. */
export function configMapOf({ namespace }: Fleet, row: number | string, n = 0): Which {
  const uid = typeof row === "number" ? uidOf(row) : row;
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name: `${uid}-cm${n}` };
}

/** The data of a ConfigMap; undefined where it is not there. */
export async function dataOf(
  stage: Pick<Stage, "objects">,
  which: Which,
): Promise<Record<string, string> | undefined> {
  return (await stage.objects.get(which))?.["data"] as Record<string, string> | undefined;
}
