import { compareText } from "../kube/compare_text.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound, KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { textOf } from "./status_fields.ts";

/** When a class binds its claims; "unknown" where it could not be read. */
export type BindingMode = "WaitForFirstConsumer" | "Immediate" | "absent" | "unknown";

const STORAGE_CLASS: ResourceType = {
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  namespaced: false,
};

/** How long an answer holds; a class that is not there yet may be made soon. */
const FOUND_MS = 600_000;
export const ABSENT_MS = 60_000;

interface Known {
  readonly answer: Promise<BindingMode>;
  readonly until: number;
}

/** Storage classes as pending claims ask for them: each is read once and kept for minutes, none is watched. */
export class StorageClasses {
  readonly #client: Pick<KubeClient, "get" | "list">;
  readonly #known = new Map<string | undefined, Known>();

  constructor(client: Pick<KubeClient, "get" | "list">) {
    this.#client = client;
  }

  /** Of the class of that name; undefined is the default class. */
  async bindingMode(name: string | undefined, now: Date): Promise<BindingMode> {
    const time = now.getTime();
    const known = this.#known.get(name);
    if (known !== undefined && time < known.until) return await known.answer;
    for (const [other, { until }] of this.#known) if (until <= time) this.#known.delete(other);
    const answer = this.#read(name);
    this.#known.set(name, { answer, until: time + ABSENT_MS });
    const mode = await answer;
    if (mode !== "absent" && mode !== "unknown") this.#known.set(name, { answer, until: time + FOUND_MS });
    return mode;
  }

  /** How many answers it holds. */
  get size(): number {
    return this.#known.size;
  }

  async #read(name: string | undefined): Promise<BindingMode> {
    try {
      const found = name === undefined
        ? await this.#default()
        : await this.#client.get({ type: STORAGE_CLASS, name });
      if (found === undefined) return "absent";
      return found["volumeBindingMode"] === "WaitForFirstConsumer" ? "WaitForFirstConsumer" : "Immediate";
    } catch (error) {
      if (isNotFound(error)) return "absent";
      if (error instanceof KubeError || error instanceof KubeUnreachable) return "unknown";
      throw error;
    }
  }

  async #default(): Promise<KubeObject | undefined> {
    const classes: KubeObject[] = [];
    for await (const { items } of this.#client.list({ type: STORAGE_CLASS })) classes.push(...items);
    return defaultClass(classes);
  }
}

const DEFAULT = "storageclass.kubernetes.io/is-default-class";

/** The class that is marked as default; of several the newest, then the first by name, as Kubernetes chooses. */
export function defaultClass(classes: readonly KubeObject[]): KubeObject | undefined {
  const rank = ({ metadata }: KubeObject) => Date.parse(textOf(metadata.creationTimestamp)) || 0;
  return classes
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT] === "true")
    .toSorted((a, b) => rank(b) - rank(a) || compareText(a.metadata.name ?? "", b.metadata.name ?? ""))[0];
}
