import {
  type CacheEntry,
  type CacheEvent,
  createInformer,
  type Informer,
  type InformerOptions,
  type InformerState,
  type ObjectKey,
} from "./informer.ts";
import type { KubeObject } from "./object.ts";

/** An informer over some namespaces, by a list and a watch of each; over all of them where none are told. */
export function createInformerIn<P, I extends string = never>(
  namespaces: readonly string[] | undefined,
  options: Omit<InformerOptions<P, I>, "namespace">,
): Informer<P, I> {
  const [only, ...more] = namespaces ?? [];
  if (only === undefined) return createInformer(options);
  if (more.length === 0) return createInformer({ ...options, namespace: only });
  return new NamespacedInformer([only, ...more], options);
}

class NamespacedInformer<P, I extends string> implements Informer<P, I> {
  readonly synced: Promise<"synced" | "absent" | "stopped">;
  readonly #parts: ReadonlyMap<string, Informer<P, I>>;

  constructor(namespaces: readonly string[], options: Omit<InformerOptions<P, I>, "namespace">) {
    this.#parts = new Map(
      namespaces.map((namespace) => [namespace, createInformer({ ...options, namespace })]),
    );
    this.synced = this.#synced();
  }

  get size(): number {
    return this.#all().reduce((sum, { size }) => sum + size, 0);
  }

  /** That of the namespace which is worst off. */
  state(): InformerState {
    const states = this.#all().map((part) => part.state());
    return states.find(({ kind }) => kind === "retrying") ?? states.find(({ kind }) => kind !== "live") ??
      { kind: "live" };
  }

  get(key: ObjectKey): CacheEntry<P> | undefined {
    return this.#parts.get(key.slice(0, Math.max(0, key.indexOf("/"))))?.get(key);
  }

  *values(): IterableIterator<CacheEntry<P>> {
    for (const part of this.#parts.values()) yield* part.values();
  }

  keysBy(name: I, value: string): ReadonlySet<ObjectKey> {
    const found = this.#all().map((part) => part.keysBy(name, value)).filter(({ size }) => size > 0);
    return found.length === 1 && found[0] !== undefined
      ? found[0]
      : new Set(found.flatMap((keys) => [...keys]));
  }

  subscribe(handler: (event: CacheEvent<P>) => void): () => void {
    const ends = this.#all().map((part) => part.subscribe(handler));
    return () => ends.forEach((end) => end());
  }

  observe(object: KubeObject): void {
    this.#parts.get(object.metadata.namespace ?? "")?.observe(object);
  }

  refresh(object: KubeObject): void {
    this.#parts.get(object.metadata.namespace ?? "")?.refresh(object);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((part) => part.stop()));
  }

  #all(): Informer<P, I>[] {
    return [...this.#parts.values()];
  }

  async #synced(): Promise<"synced" | "absent" | "stopped"> {
    const outcomes = await Promise.all(this.#all().map((part) => part.synced));
    return outcomes.find((outcome) => outcome !== "synced") ?? "synced";
  }
}
