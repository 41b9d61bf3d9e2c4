import type { WatchingClient } from "../../src/kube/client.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { createInformer } from "../../src/kube/informer.ts";
import type { KubeObject } from "../../src/kube/object.ts";

/** Watches objects from outside the operator, and remembers each that was deleted, made anew in between or not. */
export class ChildWatch {
  readonly #informers: { stop(): Promise<void> }[] = [];
  readonly #uids: ReadonlySet<string>;
  readonly #gone: string[] = [];

  constructor(objects: readonly KubeObject[]) {
    this.#uids = new Set(objects.map(({ metadata }) => metadata.uid ?? ""));
  }

  static async start(client: WatchingClient, objects: readonly KubeObject[]): Promise<ChildWatch> {
    const watch = new ChildWatch(objects);
    const discovery = createDiscovery({ client });
    const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]));
    for (const { apiVersion = "", kind = "" } of kinds.values()) {
      const found = await discovery.resolve(apiVersion, kind);
      if (found.kind === "absent") throw new Error(`${apiVersion} ${kind} is not served`);
      const informer = createInformer<{ uid: string; deleting: boolean }>({
        client,
        type: found.type,
        metadataOnly: true,
        project: ({ metadata }) => {
          return { uid: metadata.uid ?? "", deleting: metadata.deletionTimestamp !== undefined };
        },
        onEvent: (event) => {
          const seen = event.kind === "deleted" ? event.was : event.now;
          const { uid, deleting } = seen.value;
          if ((event.kind === "deleted" || deleting) && watch.#uids.has(uid)) {
            watch.#gone.push(`${kind} ${seen.key}`);
          }
        },
      });
      watch.#informers.push(informer);
      await informer.synced;
    }
    return watch;
  }

  /** Watched objects that were deleted or are on their way out. */
  gone(): readonly string[] {
    return this.#gone;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }
}
