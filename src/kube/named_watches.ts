import type { WatchingClient } from "./client.ts";
import { isNotFound, KubeError } from "./error.ts";
import { createInformer, type Informer } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import type { ResourceType } from "./resource_type.ts";

export interface NamedWatchesOptions<P> {
  readonly client: Pick<WatchingClient, "get" | "list" | "watch">;
  /** A kind with namespaces. */
  readonly type: ResourceType;
  /** What is kept of an object. */
  readonly project: (object: KubeObject) => P;
  /** Whether a change of the object is one for its users. */
  readonly differs: (was: P, now: P) => boolean;
  /** An object that this user asked for came, went or differs from what it was answered. */
  readonly onChange: (user: string) => void;
  /** Milliseconds that only grow. */
  readonly now?: (() => number) | undefined;
}

/** What became of asking for one object. */
export type Named<P> =
  | { readonly kind: "found"; readonly value: P }
  | { readonly kind: "missing" }
  /** The right to read it is missing. */
  | { readonly kind: "refused" };

export interface NamesUsed {
  readonly user: string;
  readonly namespace: string;
  readonly names: readonly string[];
}

interface Held<P> {
  readonly informer: Informer<P>;
  /** Settles with the first failure of its list or watch. */
  readonly failed: Promise<void>;
  readonly users: Set<string>;
  answered: boolean;
}

/** A watch that was refused is tried again after this time; until then each answer is a GET. */
const REFUSED_MS = 600_000;

/**
 * Single objects by name, each by a watch of its own that all its users share (`fieldSelector=metadata.name=`, which a role
 * with `resourceNames` may allow): asking again costs no request, and nothing else of the kind is held in memory. Where
 * only `get` is allowed, each answer is a GET.
 */
export class NamedWatches<P> {
  readonly #options: NamedWatchesOptions<P>;
  readonly #held = new Map<string, Held<P>>();
  /** Until when no watch of an object is tried. */
  readonly #refused = new Map<string, number>();
  readonly #now: () => number;
  readonly #ending = new Set<Promise<void>>();

  constructor(options: NamedWatchesOptions<P>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * What these objects hold, by name. What the user asked for before and names no more is let go of. Throws as a GET does
   * where no answer came yet.
   */
  async read({ user, namespace, names }: NamesUsed, signal: AbortSignal): Promise<Map<string, Named<P>>> {
    const keys = new Set(names.map((name) => `${namespace}/${name}`));
    this.#release(user, keys);
    const answers = await Promise.all(
      [...new Set(names)].map(async (name) =>
        [name, await this.#one({ user, namespace, name }, signal)] as const
      ),
    );
    return new Map(answers);
  }

  /** The user asks for nothing any more. */
  release(user: string): void {
    this.#release(user, new Set());
  }

  async stop(): Promise<void> {
    for (const key of [...this.#held.keys()]) this.#end(key);
    await Promise.all(this.#ending);
  }

  async #one(
    { user, namespace, name }: { user: string; namespace: string; name: string },
    signal: AbortSignal,
  ): Promise<Named<P>> {
    const key = `${namespace}/${name}`;
    if ((this.#refused.get(key) ?? -Infinity) > this.#now()) {
      return await this.#get({ namespace, name }, signal);
    }
    this.#refused.delete(key);
    const held = this.#held.get(key) ?? this.#start({ namespace, name });
    held.users.add(user);
    signal.throwIfAborted();
    // A promise holds on to everybody who ever waited for it, so nobody waits for one that may never settle.
    if (held.informer.state().kind === "listing") {
      await settled([held.informer.synced, held.failed], signal);
    }
    const state = held.informer.state();
    if (state.kind === "retrying" && isForbidden(state.error)) {
      this.#end(key);
      this.#refuse(key);
      return await this.#get({ namespace, name }, signal);
    }
    if (state.kind === "retrying" && !held.answered) throw state.error;
    held.answered = true;
    const found = held.informer.get(key);
    return found === undefined ? { kind: "missing" } : { kind: "found", value: found.value };
  }

  #refuse(key: string): void {
    const now = this.#now();
    for (const [other, until] of this.#refused) if (until <= now) this.#refused.delete(other);
    this.#refused.set(key, now + REFUSED_MS);
  }

  async #get(of: { namespace: string; name: string }, signal: AbortSignal): Promise<Named<P>> {
    const { client, type, project } = this.#options;
    try {
      return { kind: "found", value: project(await client.get({ type, ...of }, { signal })) };
    } catch (error) {
      if (isForbidden(error)) return { kind: "refused" };
      if (isNotFound(error)) return { kind: "missing" };
      throw error;
    }
  }

  #start({ namespace, name }: { namespace: string; name: string }): Held<P> {
    const { client, type, project, differs, onChange } = this.#options;
    const failing = Promise.withResolvers<void>();
    const informer = createInformer<P>({
      client,
      type,
      namespace,
      fieldSelector: `metadata.name=${name}`,
      project,
      onEvent: (event) => {
        const same = event.kind === "modified" && !differs(event.was.value, event.now.value);
        if (held.answered && !same) held.users.forEach(onChange);
      },
      onState: ({ kind }) => {
        if (kind === "retrying") failing.resolve();
      },
    });
    const held: Held<P> = { informer, failed: failing.promise, users: new Set(), answered: false };
    this.#held.set(`${namespace}/${name}`, held);
    return held;
  }

  #release(user: string, keep: ReadonlySet<string>): void {
    for (const [key, { users }] of this.#held) {
      if (!keep.has(key) && users.delete(user) && users.size === 0) this.#end(key);
    }
  }

  #end(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    const ending: Promise<void> = held.informer.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && error.status === 403;
}

/** Waits for the first of these; rejects with the signal's reason when that comes first. */
async function settled(work: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([...work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
