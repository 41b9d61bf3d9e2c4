import { GROUP, VERSION } from "../api/labels.ts";
import { type StoredHub, type StoredNode, toStoredHub, toStoredNode } from "../api/stored.ts";
import type { WatchingClient } from "../kube/client.ts";
import { createInformer, type Informer } from "../kube/informer.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { type Customer, readCustomers } from "./demo_database.ts";
import type { DemoFolder } from "./demo_folder.ts";
import { type DemoState, demoState } from "./demo_state.ts";

export interface DemoWatchOptions {
  readonly client: WatchingClient;
  readonly folder: DemoFolder;
  /** Names of the forms. */
  readonly forms: readonly string[];
  /** Something moved; called once for changes that come together. */
  readonly onChange: () => void;
}

/** The rows and the nodes as they are now, told by the file system and by the API server's watches. */
export interface DemoWatch {
  /** The first lists are in. */
  readonly synced: Promise<void>;
  state(): DemoState;
  stop(): Promise<void>;
}

/** Changes of one burst are told together, this many milliseconds after the first. */
const TOGETHER_MS = 40;

const ours = (kind: "LynqHub" | "LynqNode"): ResourceType => ({
  group: GROUP,
  version: VERSION,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
});

export function watchDemo(options: DemoWatchOptions): DemoWatch {
  return new Watch(options);
}

class Watch implements DemoWatch {
  readonly synced: Promise<void>;
  readonly #options: DemoWatchOptions;
  readonly #nodes: Informer<StoredNode>;
  readonly #hubs: Informer<StoredHub>;
  readonly #files: Deno.FsWatcher;
  readonly #reading: Promise<void>;
  #customers: readonly Customer[];
  #rowsChanged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DemoWatchOptions) {
    const { client, folder } = options;
    const onEvent = () => this.#soon();
    this.#options = options;
    this.#files = Deno.watchFs(folder.path);
    this.#customers = readCustomers(folder.database);
    this.#nodes = createInformer({ client, type: ours("LynqNode"), project: toStoredNode, onEvent });
    this.#hubs = createInformer({ client, type: ours("LynqHub"), project: toStoredHub, onEvent });
    this.#reading = this.#readFiles();
    this.synced = Promise.all([this.#nodes.synced, this.#hubs.synced]).then(() => {});
  }

  state(): DemoState {
    const [hub] = this.#hubs.values();
    return demoState({
      customers: this.#customers,
      nodes: [...this.#nodes.values()].map(({ value }) => value),
      forms: this.#options.forms,
      hub: hub?.value,
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#files.close();
    await Promise.all([this.#nodes.stop(), this.#hubs.stop(), this.#reading]);
    clearTimeout(this.#timer);
  }

  async #readFiles(): Promise<void> {
    const { database } = this.#options.folder;
    for await (const event of this.#files) {
      const written = event.kind !== "access" && event.paths.some((path) => path.includes(database));
      if (!written) continue;
      this.#rowsChanged = true;
      this.#soon();
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#rowsChanged) this.#readRows();
      this.#options.onChange();
    }, TOGETHER_MS);
  }

  /** A file that is locked or broken keeps the rows that were read last: the next write tells again, the hub's condition why. */
  #readRows(): void {
    try {
      this.#customers = readCustomers(this.#options.folder.database);
      this.#rowsChanged = false;
    } catch (error) {
      if (!(error instanceof Error) || typeof Reflect.get(error, "errcode") !== "number") throw error;
    }
  }
}
