import { ANNOTATION } from "../api/labels.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import { compareRevisions } from "../kube/revision.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { Lru } from "../telemetry/lru.ts";
import { CRD, FORM, HUB, NAMESPACE, NODE } from "./kinds.ts";

export interface TeardownOptions {
  readonly client: Pick<KubeClient, "list">;
  /** Where the operator itself lives; undefined where that is not known. */
  readonly namespace: string | undefined;
  /** The newest resourceVersion of a node that its watch has told; undefined where it has told none. */
  readonly newest: () => string | undefined;
}

/** Of so many places that stay it is remembered; any other is asked for anew. */
const MOST_PLACES = 1024;

/** A node that is being deleted. */
export interface DeletedNode {
  readonly namespace: string;
  readonly resourceVersion: string;
}

/** An object whose end takes nodes along. */
interface Place {
  readonly type: ResourceType;
  readonly name: string;
}

const KINDS: readonly Place[] = [HUB, FORM, NODE].map(({ plural, group }) => ({
  type: CRD,
  name: `${plural}.${group}`,
}));

/**
 * Tells whether what a node lives in is being taken away: one of our CustomResourceDefinitions, the operator's namespace
 * or the node's. It asks the API server, since a watch may tell of a node's deletion before it tells of that; an answer
 * holds for every node whose deletion was known when it was asked for, and nodes that ask at the same time share one.
 */
export class Teardown {
  readonly #options: TeardownOptions;
  readonly #running = new Map<string, Promise<boolean>>();
  readonly #queued = new Map<string, Promise<boolean>>();
  /** Up to which resourceVersion the nodes were known when a place was found to stay. */
  readonly #stays = new Lru<string, string>(MOST_PLACES);

  constructor(options: TeardownOptions) {
    this.#options = options;
  }

  /** What is being deleted around the nodes of a namespace without `lynq.sh/confirm-teardown`; undefined for nothing. */
  async around({ namespace, resourceVersion }: DeletedNode): Promise<string | undefined> {
    const { namespace: own } = this.#options;
    const namespaces = new Set([namespace, ...(own === undefined ? [] : [own])]);
    const places = [...KINDS, ...[...namespaces].map((name) => ({ type: NAMESPACE, name }))];
    const going = await Promise.all(places.map(async (place) => {
      const covered = compareRevisions(resourceVersion, this.#stays.get(keyOf(place)) ?? "");
      if (covered !== undefined && covered <= 0) return [];
      return await this.#isGoing(place) ? [place] : [];
    }));
    const [first] = going.flat();
    return first === undefined ? undefined : `${first.type.kind} ${first.name}`;
  }

  /** An answer that was asked for before may be older than the question: the next one is shared. */
  #isGoing(place: Place): Promise<boolean> {
    const key = keyOf(place);
    const queued = this.#queued.get(key);
    if (queued !== undefined) return queued;
    const running = this.#running.get(key);
    if (running === undefined) return this.#ask(key, place);
    const next = running.then(() => {}, () => {}).then(() => {
      this.#queued.delete(key);
      return this.#ask(key, place);
    });
    this.#queued.set(key, next);
    return next;
  }

  #ask(key: string, place: Place): Promise<boolean> {
    const newest = this.#options.newest();
    const asked = this.#read(place).finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    return asked.then((going) => {
      if (going) this.#stays.delete(key);
      else if (newest !== undefined) this.#stays.set(key, newest);
      return going;
    });
  }

  /** A role that lets it not be read can't tell of it. */
  async #read({ type, name }: Place): Promise<boolean> {
    const fieldSelector = `metadata.name=${name}`;
    try {
      for await (const { items } of this.#options.client.list({ type, fieldSelector, metadataOnly: true })) {
        for (const { metadata } of items) {
          const confirmed = metadata.annotations?.[ANNOTATION.confirmTeardown] === "true";
          if (metadata.deletionTimestamp !== undefined && !confirmed) return true;
        }
      }
      return false;
    } catch (error) {
      if (error instanceof KubeError && error.status === 403) return false;
      throw error;
    }
  }
}

function keyOf({ type, name }: Place): string {
  return `${type.kind} ${name}`;
}
