import type { Attempt, WalkInput } from "./finding.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** Answers that leave open what the account may do. */
const UNANSWERED = new Set(["Forbidden", "Unreachable", "Throttled", "ServerError"]);

/**
 * Whether the account that the node has by now may write an object that another one wrote, by a dry run: undefined where
 * it may. Whatever else is said of the object is for a write to meet.
 */
export async function verifyRights(
  world: Pick<NodeWorld, "applier" | "writes">,
  { signal }: Pick<WalkInput, "signal">,
  { item, situation }: Attempt,
): Promise<Finding | undefined> {
  const wanted = await item.wanted();
  if ("state" in wanted) return finding(item, situation, wanted);
  const outcome = await world.writes.run(() => world.applier.rehearse(wanted, signal));
  if (outcome.kind !== "rejected" || !UNANSWERED.has(outcome.code)) return undefined;
  const message = `Failed to apply resource ${item.id}: ${outcome.message}`;
  return finding(item, situation, { state: "Failed", reason: "ApplyFailed", message });
}
