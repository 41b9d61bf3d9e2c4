import { bucketOf, LABEL } from "../api/labels.ts";
import type { StoredNode } from "../api/stored.ts";
import { Controller, type ControllerObserver } from "../controller/controller.ts";
import { Places } from "../controller/places.ts";
import type { Timers } from "../controller/timers.ts";
import { AWAIT, type Verdict } from "../controller/verdict.ts";
import type { KubeClient } from "../kube/client.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import type { CacheEvent } from "../kube/informer.ts";
import type { Log } from "../telemetry/log.ts";
import type { NodeCache } from "./caches.ts";
import { NODE } from "./kinds.ts";

export interface BucketLabelsOptions {
  readonly client: Pick<KubeClient, "patch">;
  readonly nodes: Pick<NodeCache, "get" | "observe">;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * Gives each LynqNode the label by which its shard hears of it: nodes that the Go implementation or a person made have
 * none, and anybody may write another. The leader's business, since it sees every node.
 */
export class BucketLabels {
  readonly #options: BucketLabelsOptions;
  readonly #controller: Controller;

  constructor(options: BucketLabelsOptions) {
    this.#options = options;
    this.#controller = new Controller({
      places: new Places({ size: 4, timers: options.timers }),
      reconcile: (key, signal) => this.#label(key, signal),
      timers: options.timers,
      observer: observer(options.log),
      backoff: { baseMs: 50, maxMs: 60_000 },
    });
  }

  note(event: CacheEvent<StoredNode>): void {
    if (event.kind !== "deleted" && lacksLabel(event.now.value)) this.#controller.enqueue(event.now.key);
  }

  start(): void {
    this.#controller.start();
  }

  stop(graceMs: number): Promise<boolean> {
    return this.#controller.stop(graceMs);
  }

  async #label(key: string, signal: AbortSignal): Promise<Verdict> {
    const { client, nodes } = this.#options;
    const node = nodes.get(key)?.value;
    if (node === undefined || !lacksLabel(node)) return AWAIT;
    const { namespace, name, uid } = node;
    const body = { metadata: { uid, labels: { [LABEL.bucket]: bucketOf(namespace, name) } } };
    try {
      const ref = { type: NODE, namespace, name };
      nodes.observe(await client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal));
    } catch (error) {
      // It is gone, or another one has the name: that one is told of by itself.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return AWAIT;
  }
}

function lacksLabel({ labels, namespace, name }: StoredNode): boolean {
  return labels[LABEL.bucket] !== bucketOf(namespace, name);
}

function observer(log: Log): ControllerObserver {
  const nothing = () => {};
  return {
    added: nothing,
    waited: nothing,
    retried: nothing,
    finished: nothing,
    depth: nothing,
    active: nothing,
    failed: (key, error, retryMs) => log.error("Bucket of a node", { key, error, retryMs }),
  };
}
