import type { WatchEvent } from "./client.ts";
import { KubeError } from "./error.ts";
import type { KubeObject } from "./object.ts";

/** Where the next watch begins: with a list, or behind a version. */
export type Resume =
  | { readonly kind: "list" }
  | { readonly kind: "watch"; readonly resourceVersion: string };

/** What a list-and-watch does now. `attempt` counts failures in a row; 0 when all is well. */
export type WatchState =
  | { readonly kind: "listing"; readonly attempt: number }
  | {
    readonly kind: "watching";
    readonly attempt: number;
    readonly resourceVersion: string;
    /** Something came in over this watch. */
    readonly heard: boolean;
  }
  | {
    readonly kind: "waiting";
    readonly attempt: number;
    readonly then: Resume;
    /** Why; `undefined` where the server just ended the watch, as it does every few minutes. */
    readonly error: unknown;
    readonly retryAfterSeconds: number | undefined;
  }
  /** The kind is not served; looked for again by a list. */
  | { readonly kind: "absent"; readonly attempt: number };

/** What happened. */
export type WatchInput =
  | { readonly kind: "page"; readonly objects: readonly KubeObject[] }
  | { readonly kind: "listed"; readonly resourceVersion: string }
  | { readonly kind: "event"; readonly event: WatchEvent }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "waited" };

/** What a cache is told. Between `listStarted` and `listDone` come all objects; what did not come is gone. */
export type CacheUpdate =
  | { readonly kind: "listStarted" }
  | { readonly kind: "applied"; readonly object: KubeObject }
  | { readonly kind: "listDone"; readonly resourceVersion: string }
  | { readonly kind: "removed"; readonly object: KubeObject }
  /** Everything up to this version was told; `known` where it is the version of an object that the cache has. */
  | { readonly kind: "progress"; readonly resourceVersion: string; readonly known?: true };

export interface Step {
  readonly state: WatchState;
  readonly updates: readonly CacheUpdate[];
}

/** The state in which a list-and-watch begins. */
export const START: WatchState = { kind: "listing", attempt: 0 };

/** One step of list-and-watch. Inputs that the state does not expect leave it as it is. */
export function step(state: WatchState, input: WatchInput): Step {
  switch (input.kind) {
    case "page":
      return stay(state, input.objects.map((object) => ({ kind: "applied", object })));
    case "listed":
      return listed(state, input.resourceVersion);
    case "event":
      return state.kind === "watching" ? watched(state, input.event) : stay(state);
    case "ended":
      return state.kind === "watching" ? stay(ended(state)) : stay(state);
    case "failed":
      return stay(failed(state, input.error));
    case "waited":
      return waited(state);
  }
}

function stay(state: WatchState, updates: readonly CacheUpdate[] = []): Step {
  return { state, updates };
}

function listed(state: WatchState, resourceVersion: string): Step {
  return stay({ kind: "watching", attempt: state.attempt, resourceVersion, heard: false }, [
    { kind: "listDone", resourceVersion },
  ]);
}

/** Whatever comes in over a watch proves that it works: `attempt` is 0 again. */
function watched(state: WatchState & { kind: "watching" }, event: WatchEvent): Step {
  if (event.kind === "bookmark") {
    const { resourceVersion } = event;
    return stay({ kind: "watching", attempt: 0, resourceVersion, heard: true }, [{
      ...event,
      kind: "progress",
    }]);
  }
  const resourceVersion = event.object.metadata.resourceVersion ?? state.resourceVersion;
  const kind = event.kind === "deleted" ? "removed" : "applied";
  return stay({ kind: "watching", attempt: 0, resourceVersion, heard: true }, [{
    kind,
    object: event.object,
  }]);
}

/** A server that ends watches without a word must not be asked in a hot loop. */
function ended(state: WatchState & { kind: "watching" }): WatchState {
  return {
    kind: "waiting",
    attempt: state.heard ? 0 : Math.max(1, state.attempt),
    then: { kind: "watch", resourceVersion: state.resourceVersion },
    error: undefined,
    retryAfterSeconds: undefined,
  };
}

function failed(state: WatchState, error: unknown): WatchState {
  const attempt = state.attempt + 1;
  const what = classify(error);
  if (what === "absent") return { kind: "absent", attempt };
  const then: Resume = state.kind === "watching" && what === "passing"
    ? { kind: "watch", resourceVersion: state.resourceVersion }
    : { kind: "list" };
  const retryAfterSeconds = error instanceof KubeError ? error.retryAfterSeconds : undefined;
  return { kind: "waiting", attempt, then, error, retryAfterSeconds };
}

function waited(state: WatchState): Step {
  const { attempt } = state;
  if (state.kind === "waiting" && state.then.kind === "watch") {
    return stay({ kind: "watching", attempt, resourceVersion: state.then.resourceVersion, heard: false });
  }
  return state.kind === "waiting" || state.kind === "absent"
    ? stay({ kind: "listing", attempt })
    : stay(state);
}

/**
 * "expired": the version is gone from the server's history (410, as status or as ERROR line) or lies in its future after a
 * restore; only a list helps. "absent": the kind is not served. "passing": worth the same request again.
 */
function classify(error: unknown): "expired" | "absent" | "passing" {
  if (!(error instanceof KubeError)) return "passing";
  if (error.status === 404) return "absent";
  const future = error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
  return error.status === 410 || future ? "expired" : "passing";
}

const FIRST_SECONDS = 0.8;
const LAST_SECONDS = 30;
const RECONNECT_SECONDS = 0.1;

/** Seconds to wait in a state, by `chance` in [0, 1): doubling with every failure, spread by half around. */
export function delaySeconds(state: WatchState & { kind: "waiting" | "absent" }, chance: number): number {
  const base = state.attempt === 0
    ? RECONNECT_SECONDS
    : Math.min(LAST_SECONDS, FIRST_SECONDS * 2 ** Math.min(state.attempt - 1, 16));
  const asked = state.kind === "waiting" ? state.retryAfterSeconds ?? 0 : 0;
  return Math.max(asked, base * (0.5 + chance));
}
