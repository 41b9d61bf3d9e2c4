import type { ResourceRecord } from "../api/node.ts";
import type { StoredNode } from "../api/stored.ts";
import type { Situation } from "./decide.ts";
import type { Item, Target } from "./gather.ts";
import { toldBy } from "./made_keys.ts";
import type { Finding, Settled } from "./settle.ts";

export interface WalkInput {
  readonly node: StoredNode;
  readonly items: readonly Item[];
  readonly waves: readonly (readonly string[])[];
  /** Ids that this node does without; for what depends on them they are satisfied. */
  readonly excluded: readonly string[];
  readonly records: ReadonlyMap<string, ResourceRecord>;
  readonly signal: AbortSignal;
  /** The clock of this pass: what has timed out by now has failed, for its record and for its dependents. */
  readonly now: Date;
}

/** One resource in its turn, and all that is known of it. */
export interface Attempt {
  readonly item: Target;
  readonly situation: Situation;
}

/** What came of a resource that was not written. */
export function finding(item: Target, situation: Situation, settled: Settled): Finding {
  return { ...base(item, situation), settled };
}

/** A finding that is still to be settled. */
export function base(item: Target, { record, live }: Situation): Omit<Finding, "settled"> {
  const child = live.kind === "present" && record?.uid === live.child.uid ? live.child : undefined;
  const { desired } = item;
  const same = desired !== undefined && record?.uid !== undefined && desired.hash === record.hash;
  return {
    ...(same ? { confirmed: { inputs: desired.inputs, ...toldBy(desired.givens) } } : {}),
    id: item.id,
    key: item.key,
    wave: item.wave,
    policy: item.policy,
    child,
    written: undefined,
  };
}

/** What can't be rendered or has no kind keeps the record of the object that an earlier pass made. */
export function brokenFinding(
  item: Extract<Item, { kind: "broken" }>,
  record: ResourceRecord | undefined,
): Finding {
  const key = item.key ??
    (record === undefined ? undefined : { ...record, namespace: record.namespace ?? "" }) ??
    { apiVersion: "", kind: "", namespace: "", name: "" };
  const { id, wave, policy, settled } = item;
  return { id, key, wave, policy, settled, child: undefined, written: undefined };
}
