import { createInformer, type Informer } from "../../src/kube/informer.ts";
import { CONFIG_MAP } from "../support/control_plane_case.ts";
import type { Stage } from "./stage.ts";

/** What a ConfigMap is known by. */
export interface SeenChild {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

/** How long an effect may take, in milliseconds. */
const PATIENCE_MS = 120_000;

/** The ConfigMaps of one namespace as a watch tells of them, so that waiting for an effect asks the server for nothing. */
export class Sight {
  readonly #namespace: string;
  readonly #informer: Informer<SeenChild["data"]>;
  readonly #looks = new Map<string, Set<() => void>>();

  private constructor({ client }: Pick<Stage, "client">, namespace: string) {
    this.#namespace = namespace;
    this.#informer = createInformer({
      client,
      type: CONFIG_MAP,
      namespace,
      project: (object) => ({ ...object["data"] as Record<string, string> | undefined }),
      onEvent: (event) => {
        const { key } = event.kind === "deleted" ? event.was : event.now;
        for (const look of this.#looks.get(key) ?? []) look();
      },
    });
  }

  static async over(stage: Pick<Stage, "client">, namespace: string): Promise<Sight> {
    const sight = new Sight(stage, namespace);
    await sight.#informer.synced;
    return sight;
  }

  get(name: string): SeenChild | undefined {
    const entry = this.#informer.get(`${this.#namespace}/${name}`);
    return entry && { uid: entry.uid, resourceVersion: entry.resourceVersion, data: entry.value };
  }

  /** Settles as soon as the ConfigMap of this name is as `holds` says; undefined is one that is not there. */
  async until(name: string, holds: (child: SeenChild | undefined) => boolean): Promise<void> {
    const key = `${this.#namespace}/${name}`;
    const looks = this.#looks.get(key) ?? new Set();
    this.#looks.set(key, looks);
    const seen = Promise.withResolvers<void>();
    const look = () => {
      if (holds(this.get(name))) seen.resolve();
    };
    const late = setTimeout(
      () => seen.reject(new Error(`no effect on ${key} within ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
    looks.add(look);
    look();
    try {
      await seen.promise;
    } finally {
      clearTimeout(late);
      looks.delete(look);
    }
  }

  stop(): Promise<void> {
    return this.#informer.stop();
  }
}
