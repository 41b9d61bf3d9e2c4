/**
 * What a reconcile says at its end, so that it cannot contradict itself: wait for the next event, or come back after a
 * time even when nothing happens. A failure is thrown; how it is retried is the controller's business.
 */
export type Verdict =
  | { readonly kind: "await" }
  | { readonly kind: "requeue"; readonly afterMs: number };

export const AWAIT: Verdict = { kind: "await" };

export function requeueAfter(ms: number): Verdict {
  return { kind: "requeue", afterMs: Math.max(0, ms) };
}

/** The earlier of two verdicts. */
export function sooner(a: Verdict, b: Verdict): Verdict {
  if (a.kind === "await") return b;
  if (b.kind === "await") return a;
  return a.afterMs <= b.afterMs ? a : b;
}
