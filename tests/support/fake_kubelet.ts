import type { WatchingClient } from "../../src/kube/client.ts";
import { isConflict, isNotFound } from "../../src/kube/error.ts";
import { createInformer } from "../../src/kube/informer.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";

const POD: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/**
 * Makes every pod run and be ready, since a bare control plane has no nodes. A pod with an image that contains
 * `unpullable` stays pending; one that is deleted goes at once.
 */
export function startFakeKubelet(client: WatchingClient): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const handle = (namespace: string, name: string, pod: Seen) => {
    const work = serve(client, { namespace, name, pod }).finally(() => running.delete(work));
    running.add(work);
  };
  const informer = createInformer<Seen>({
    client,
    type: POD,
    project: (object) => {
      const spec = object["spec"] as { containers: { name: string; image: string }[] };
      const status = object["status"] as { phase?: string } | undefined;
      return {
        deleting: object.metadata.deletionTimestamp !== undefined,
        phase: status?.phase ?? "",
        containers: spec.containers.map(({ name, image }) => ({ name, image })),
      };
    },
    onEvent: (event) => {
      if (event.kind === "deleted") return;
      const [namespace = "", name = ""] = event.now.key.split("/");
      handle(namespace, name, event.now.value);
    },
  });
  return {
    stop: async () => {
      await informer.stop();
      await Promise.all(running);
    },
  };
}

interface Seen {
  readonly deleting: boolean;
  readonly phase: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

async function serve(
  client: WatchingClient,
  { namespace, name, pod }: { namespace: string; name: string; pod: Seen },
): Promise<void> {
  const ref = { type: POD, namespace, name };
  try {
    if (pod.deleting) await client.delete(ref, {});
    else if (pod.phase === "Pending" && !pod.containers.some(({ image }) => image.includes("unpullable"))) {
      await client.patch(ref, { type: "merge", body: { status: readyStatus(pod) } }, {
        subresource: "status",
      });
    }
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

function readyStatus(pod: Seen) {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: string) => ({ type, status: "True", lastTransitionTime: now });
  return {
    phase: "Running",
    startTime: now,
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition),
    containerStatuses: pod.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: image,
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: now } },
    })),
  };
}
