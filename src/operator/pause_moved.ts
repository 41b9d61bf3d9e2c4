import type { Pausable } from "../api/pause.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { CacheEvent } from "../kube/informer.ts";

/** Whether a change of an object is one of what pauses it; one that ends by its time is nobody's change. */
export function pauseMoved(event: CacheEvent<Pausable>): boolean {
  const was = event.kind === "added" ? "" : textOf(event.was.value);
  const now = event.kind === "deleted" ? "" : textOf(event.now.value);
  return was !== now;
}

function textOf({ spec, annotations }: Pausable): string {
  const said = [spec.paused === true ? "true" : "", spec.pausedUntil, annotations[ANNOTATION.paused]];
  return said.map((text) => text ?? "").join("");
}
