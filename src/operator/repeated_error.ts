import { KubeError, KubeUnreachable } from "../kube/error.ts";

/** The same error is told again after this time, in milliseconds. */
const AGAIN_MS = 60_000;

/** Tells an error that is another than the last one, and one that goes on once a minute. `now` in milliseconds. */
export function whenAnother(tell: (error: unknown) => void, now: () => number): (error: unknown) => void {
  let last = { what: "", at: -Infinity };
  return (error) => {
    const what = identityOf(error);
    const at = now();
    if (what === last.what && at - last.at < AGAIN_MS) return;
    last = { what, at };
    tell(error);
  };
}

function identityOf(error: unknown): string {
  if (error instanceof KubeError) return `${error.status} ${error.reason}`;
  if (error instanceof KubeUnreachable) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
