import type { ListOptions, WatchingClient } from "./client.ts";
import { sleep } from "./deadline.ts";
import {
  type CacheUpdate,
  delaySeconds,
  START,
  step,
  type WatchInput,
  type WatchState,
} from "./watch_state.ts";

export interface ListWatchOptions {
  readonly client: Pick<WatchingClient, "list" | "watch">;
  /** Versions of objects that the caller has from its own writes. */
  readonly isKnown?: ((resourceVersion: string) => boolean) | undefined;
  readonly what: Pick<ListOptions, "type" | "namespace" | "labelSelector" | "fieldSelector" | "metadataOnly">;
  readonly onUpdate: (update: CacheUpdate) => void;
  readonly onState: (state: WatchState) => void;
  /** Waits between attempts; a test may shorten it. */
  readonly wait?: typeof sleep | undefined;
  /** A number in [0, 1) for jitter. */
  readonly chance?: (() => number) | undefined;
}

/** Lists and watches until `signal` is aborted, through every failure. Never rejects. */
export async function listAndWatch(options: ListWatchOptions, signal: AbortSignal): Promise<void> {
  let state: WatchState = START;
  while (!signal.aborted) {
    options.onState(state);
    const current: WatchState["kind"] = state.kind;
    if (current === "listing") options.onUpdate({ kind: "listStarted" });
    for await (const input of perform(state, options, signal)) {
      if (signal.aborted) return;
      const next = step(state, input);
      for (const update of next.updates) options.onUpdate(update);
      const done = next.state.kind !== current;
      state = next.state;
      if (done) break;
    }
  }
}

/** Does what the state says and tells what happened; the last input always changes the state's kind. */
async function* perform(
  state: WatchState,
  options: ListWatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchInput, void, void> {
  try {
    if (state.kind === "listing") {
      let resourceVersion = "";
      for await (const page of options.client.list(options.what, signal)) {
        yield { kind: "page", objects: page.items };
        resourceVersion = page.resourceVersion;
      }
      yield { kind: "listed", resourceVersion };
      return;
    }
    if (state.kind === "watching") {
      const { resourceVersion } = state;
      const { client, what, isKnown } = options;
      for await (const event of client.watch({ ...what, resourceVersion, isKnown }, signal)) {
        yield { kind: "event", event };
      }
      yield { kind: "ended" };
      return;
    }
    const seconds = delaySeconds(state, (options.chance ?? Math.random)());
    await (options.wait ?? sleep)(seconds * 1000, signal);
    yield { kind: "waited" };
  } catch (error) {
    yield { kind: "failed", error };
  }
}
