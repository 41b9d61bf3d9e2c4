import { stringify } from "yaml";
import { API, configMap, type Fleet } from "./fleet.ts";

/** Resources of one node of a bulk. */
export const BULK_RESOURCES = 3;

/** The rows of the bulk's own hub. */
export const BULK_TABLE = "bulk";

const MOST_NODES = 1000;
/** So many nodes of the bulk for each of the fleet, so that a small fleet has a small one beside it. */
const PER_ROW = 10;

/** Nodes of another hub and form, in a namespace of their own, that are made while the fleet has converged. */
export function bulkBeside({ namespace, rows }: Fleet): Fleet {
  return { namespace: `${namespace}-bulk`, rows: Math.min(MOST_NODES, rows * PER_ROW) };
}

/** The bulk's form as YAML: three ConfigMaps. */
export function bulkFormOf({ namespace }: Fleet): string {
  return stringify({
    apiVersion: API,
    kind: "LynqForm",
    metadata: { name: "bench", namespace },
    spec: { hubId: "bench", configMaps: [0, 1, 2].map(configMap) },
  });
}
