import type { ResourceRecord } from "../../src/api/node.ts";
import type { Child } from "../../src/api/stages.ts";

/** The record of a ConfigMap that the node acme-web made; `part` is laid over it. */
export function recordOf(id: string, part: Partial<ResourceRecord> = {}): ResourceRecord {
  return {
    id,
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "ns",
    name: `acme-${id}`,
    state: "Ready",
    since: "2026-01-01T00:00:00Z",
    uid: `uid-of-${id}`,
    hash: "hash",
    inputs: "inputs",
    entry: "entry",
    ...part,
  };
}

/** The same object as the cache of children holds it. */
export function childOf(id: string, part: Partial<Child> = {}): Child {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "ns",
    name: `acme-${id}`,
    uid: `uid-of-${id}`,
    node: "acme-web",
    nodeNamespace: "ns",
    entry: "entry",
    readiness: { kind: "ready" },
    deleting: false,
    deletionPolicy: "Delete",
    createdOnce: false,
    ...part,
  };
}
