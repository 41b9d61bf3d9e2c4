import { isPausedByHand, isPausedByRow } from "../api/pause.ts";
import { RESOURCE_ARRAYS } from "../api/resource.ts";
import { holdsSensitive } from "../api/sensitive.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { sameValues } from "./distinct_rows.ts";
import type { NodeWanted } from "./plan.ts";
import type { NodeWrite } from "./rollout_gate.ts";

/** Writes of which no answer came, by the node's name: each may have happened, or may happen yet. */
export type Doubts = ReadonlyMap<string, Doubt>;

export interface Doubt {
  readonly form: string;
  readonly revision: string;
  /** Milliseconds since the epoch: an API server does not work on a request longer than that. */
  readonly until: number;
}

/** The API server's own limit of a request is 60 seconds. */
const DOUBT_MS = 90_000;

/** Doubts that neither the node as it is stored now nor time has answered. */
export function stillInDoubt(
  doubts: Doubts,
  { nodes, now }: { nodes: readonly StoredNode[]; now: Date },
): Doubts {
  if (doubts.size === 0) return doubts;
  const stored = new Map(nodes.map((node) => [node.name, node.spec.revision]));
  return new Map(
    [...doubts].filter(([name, { revision, until }]) =>
      stored.get(name) !== revision && until > now.getTime()
    ),
  );
}

export function doubtsAfter(
  doubts: Doubts,
  of: { answered: readonly string[]; unanswered: readonly NodeWanted[]; now: Date },
): Doubts {
  if (doubts.size + of.unanswered.length === 0) return doubts;
  const next = new Map(doubts);
  for (const name of of.answered) next.delete(name);
  const until = of.now.getTime() + DOUBT_MS;
  for (const { name, form, revision } of of.unanswered) next.set(name, { form, revision, until });
  return next;
}

/** What only a read of the rows could tell again, of the writes that wait: new nodes and rows that changed. */
export function awaited(held: readonly NodeWrite[]): NodeWanted[] {
  return held.filter((write) => write.kind === "create" || !sameRow(write)).map(({ wanted }) => wanted);
}

/** Whether an update changes the revision alone; the end of a row's pause is the row's. */
export function sameRow(
  { node, wanted }: Pick<Extract<NodeWrite, { kind: "update" }>, "node" | "wanted">,
): boolean {
  return !isPausedByRow(node) && sameValues(node.spec.values, wanted.row.values) &&
    holdsSensitive(node, wanted.row.sensitive);
}

/** The waiting changes as nodes and forms are now: those that came true, or whose form is gone, are no more. */
export function pendingWrites(
  waiting: readonly NodeWanted[],
  of: { hub: string; forms: readonly StoredForm[]; nodes: readonly StoredNode[]; now: Date },
): NodeWrite[] {
  if (waiting.length === 0) return [];
  const targets = new Map(of.forms.map((form) => [form.name, form.status.currentRevision]));
  const stored = new Map(of.nodes.map((node) => [node.name, node]));
  return waiting.flatMap((one): NodeWrite[] => {
    const revision = targets.get(one.form);
    const node = stored.get(one.name);
    if (revision === undefined) return [];
    const wanted = { ...one, revision };
    if (node === undefined) return [{ kind: "create", wanted }];
    const same = node.spec.uid === one.row.uid && node.spec.templateRef === one.form;
    if (!same || node.deleting || isPausedByHand(node, of.now) || isCurrent(node, { hub: of.hub, wanted })) {
      return [];
    }
    return [{ kind: "update", node, wanted }];
  });
}

/** Whether the stored node holds what is wanted, in the small form, and runs. */
export function isCurrent(
  node: StoredNode,
  { hub, wanted }: { hub: string; wanted: NodeWanted },
): boolean {
  const { spec } = node;
  return !isPausedByRow(node) && spec.revision === wanted.revision && spec.hubId === hub &&
    sameValues(spec.values, wanted.row.values) && holdsSensitive(node, wanted.row.sensitive) &&
    RESOURCE_ARRAYS.every((name) => spec[name] === undefined);
}
