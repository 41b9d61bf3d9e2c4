import type { Credentials } from "./credentials.ts";
import { sleep } from "./deadline.ts";
import type { Answer } from "./exchange.ts";
import type { KubeRequest } from "./request.ts";

/** What to do about an answer: take it, read the credentials again and resend once, or resend after a wait. */
export type Next =
  | { readonly kind: "take" }
  | { readonly kind: "refresh" }
  | { readonly kind: "resend"; readonly afterSeconds: number };

/** What was already done for one call. */
export interface Spent {
  readonly refreshed: boolean;
  readonly waitedSeconds: number;
}

/** Waits that a call may add up to; beyond it the caller gets the error, whose `retryAfterSeconds` tells the rest. */
export const MAX_WAIT_SECONDS = 60;

/**
 * Decides about one answer. 401 and 429 mean that the server did nothing yet, so any request may be sent again; behind a
 * 503 something may have been done, so only a repeatable one.
 */
export function nextAttempt(
  answer: Pick<Answer, "status" | "retryAfterSeconds">,
  request: Pick<KubeRequest, "repeatable">,
  spent: Spent,
): Next {
  if (answer.status === 401) return spent.refreshed ? { kind: "take" } : { kind: "refresh" };
  const untouched = answer.status === 429 || (answer.status === 503 && request.repeatable);
  if (!untouched || answer.retryAfterSeconds === undefined) return { kind: "take" };
  const afterSeconds = Math.max(answer.retryAfterSeconds, 0.1);
  return spent.waitedSeconds + afterSeconds <= MAX_WAIT_SECONDS
    ? { kind: "resend", afterSeconds }
    : { kind: "take" };
}

/** Repeats `attempt` as `nextAttempt` decides; `renew` is told when the credentials may have changed. */
export async function withPatience<A extends Pick<Answer, "status" | "retryAfterSeconds">>(
  call: {
    request: KubeRequest;
    credentials: Credentials;
    renew: () => void;
    wait?: typeof sleep;
    signal?: AbortSignal | undefined;
  },
  attempt: () => Promise<A>,
): Promise<A> {
  let spent: Spent = { refreshed: false, waitedSeconds: 0 };
  while (true) {
    const answer = await attempt();
    const next = nextAttempt(answer, call.request, spent);
    if (next.kind === "take") return answer;
    if (next.kind === "resend") {
      spent = { ...spent, waitedSeconds: spent.waitedSeconds + next.afterSeconds };
      await (call.wait ?? sleep)(next.afterSeconds * 1000, call.signal);
      continue;
    }
    if (!await call.credentials.refresh()) return answer;
    spent = { ...spent, refreshed: true };
    call.renew();
  }
}
