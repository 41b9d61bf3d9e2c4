import { type ClusterObjects, until } from "./cluster_objects.ts";

const KINDS = ["LynqHub", "LynqForm", "LynqNode"].map((kind) => ({
  apiVersion: "operator.lynq.sh/v1",
  kind,
}));

/**
 * Takes away the hubs, forms and nodes that other tests have left in the cluster, none of whose finalizers anybody heeds:
 * an operator that starts now has the test's own objects before it, and what it asks for and writes is the test's.
 */
export async function clearStage(objects: ClusterObjects): Promise<void> {
  await until("what other tests have left to be gone", async () => await dropAll(objects) === 0);
}

/** Deletes hubs, forms and nodes, of one namespace if it is named, without regard to finalizers; how many there were. */
export async function dropAll(objects: ClusterObjects, namespace?: string): Promise<number> {
  const found = await Promise.all(KINDS.map(async (of) => {
    const all = await objects.list(namespace === undefined ? of : { ...of, namespace });
    return all.map(({ metadata }) => ({
      ...of,
      namespace: metadata.namespace ?? "",
      name: metadata.name ?? "",
    }));
  }));
  const left = found.flat();
  for (const which of left) {
    // Between the list and the request it may have gone.
    await objects.merge(which, { metadata: { finalizers: null } }).catch(() => undefined);
    await objects.remove(which).catch(() => undefined);
  }
  return left.length;
}
