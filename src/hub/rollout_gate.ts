import { LABEL, nameAsLabel } from "../api/labels.ts";
import { findCondition } from "../api/conditions.ts";
import { pauseOf } from "../api/pause.ts";
import {
  exceedsBudget,
  followsRevision,
  groupOf,
  hasFailed,
  isHeldStill,
  isProven,
  PROGRESSING,
  type RolloutView,
  viewRollout,
} from "../api/rollout.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { compareText } from "../kube/compare_text.ts";
import { nameOf, type NodeChange } from "./plan.ts";
import { sameRow } from "./rollout.ts";

/** Creates and updates: what a rollout may hold back. */
export type NodeWrite = Exclude<NodeChange, { kind: "delete" }>;

export interface GateInput {
  readonly forms: readonly StoredForm[];
  /** The nodes of the hub. */
  readonly nodes: readonly StoredNode[];
  readonly writes: readonly NodeWrite[];
  /** Nodes, and their forms, of whose last write no answer came: each may be updating, so that it has its room. */
  readonly doubtful: ReadonlyMap<string, string>;
  readonly now: Date;
}

/** What may be written now, and what waits. */
export interface Gated {
  readonly writes: readonly NodeWrite[];
  readonly held: readonly NodeWrite[];
  /** Forms whose maxSkew holds something back. */
  readonly throttled: readonly Throttled[];
}

export interface Throttled {
  readonly form: string;
  readonly count: number;
  readonly updating: number;
  readonly maxSkew: number;
}

/**
 * The one gate that every create and update of a LynqNode passes, whether rows or a form ask for it. It counts the
 * nodes as they are stored, so that it needs no memory and a restart changes nothing:
 *
 * - maxSkew: nodes that are on their way, new ones, those with a new row and those whose pause ends with their row
 *   included, are never more. What was found broken, or is paused, is on no way; but what failed by the generation that
 *   is rolled out leaves its room to rows only, so that a broken generation harms no more nodes than that. Deletions
 *   don't count.
 * - Without maxSkew a form's new generation goes in waves that double: as many nodes as the failure budget would let
 *   fail and one more, then one more for each that became ready on it. A generation that is broken everywhere so reaches
 *   budget + 1 nodes, whatever the fleet's size, and a good one takes log2 of it in rounds. Nodes that are made for new
 *   rows, as all are at first, and rows that changed are no rollout and wait for no wave.
 * - Once more nodes failed on the generation than the budget allows, or its progress deadline passed, nothing moves.
 *   A new row's node is then made on the revision that the rest stay on, and a changed row reaches its node there; so
 *   it is while what failed leaves no room.
 * - Nodes that aren't ready on another revision come first, before every group of `rollout.order`: a generation that
 *   mends what the one before broke reaches those that need it.
 */
export function gate(input: GateInput): Gated {
  const parts = input.forms.map((form) => gateForm(input, form));
  return {
    writes: parts.flatMap(({ writes }) => writes),
    held: parts.flatMap(({ held }) => held),
    throttled: parts.flatMap(({ throttled }) => throttled),
  };
}

function gateForm(input: GateInput, form: StoredForm): Gated {
  const own = input.writes.filter((write) => write.wanted.form === form.name);
  if (pauseOf(form, input.now).kind === "paused") return { writes: [], held: own, throttled: [] };
  const target = form.status.currentRevision;
  if (target === undefined || own.length === 0) return { writes: own, held: [], throttled: [] };
  const rooms = new Rooms(form, viewOf(form, { target, ...input }), input);
  const writes: NodeWrite[] = [];
  const held: NodeWrite[] = [];
  for (const write of inOrder(own, (write) => rooms.rank(write))) {
    const { now, later } = rooms.admit(write);
    if (now !== undefined) writes.push(now);
    if (later) held.push(write);
  }
  const throttled = rooms.full && held.length > 0
    ? [{ form: form.name, count: held.length, updating: rooms.before, maxSkew: rooms.maxSkew }]
    : [];
  return { writes, held, throttled };
}

function viewOf(
  form: StoredForm,
  of: { target: string; nodes: readonly StoredNode[]; now: Date },
): RolloutView {
  const { target, nodes, now } = of;
  return viewRollout({ form, target, baseline: form.status.progress?.baselineTime, now }, nodes);
}

/** By rank, then by name. */
function inOrder(writes: readonly NodeWrite[], rankOf: (write: NodeWrite) => number): NodeWrite[] {
  return writes.map((write) => ({ write, rank: rankOf(write), name: nameOf(write) }))
    .sort((a, b) => a.rank - b.rank || compareText(a.name, b.name))
    .map(({ write }) => write);
}

/** What becomes of one write: in which form it goes now, if at all, and whether something of it waits. */
interface Admitted {
  readonly now: NodeWrite | undefined;
  readonly later: boolean;
}

const HELD: Admitted = { now: undefined, later: true };

/** The room that one form has, as its writes take it. */
class Rooms {
  /** Nodes that had room before any of these writes. */
  readonly before: number;
  readonly maxSkew: number;
  /** Something waits since maxSkew is reached. */
  full = false;
  readonly #form: StoredForm;
  readonly #view: RolloutView;
  readonly #now: Date;
  readonly #doubtful: ReadonlySet<string>;
  readonly #stopped: boolean;
  /** The revision that most of those stay on that were not moved yet. */
  readonly #stays: string | undefined;
  /** Nodes that failed by the rollout that goes on: no other is moved in their place. */
  readonly #broken: number;
  /** Nodes that are on their way, on whatever revision. */
  #moving: number;
  /** Those of them that are on the target. */
  #arriving: number;
  /** Nodes that may still be moved without maxSkew. */
  #wave: number;

  constructor(form: StoredForm, view: RolloutView, of: Pick<GateInput, "doubtful" | "now">) {
    this.#form = form;
    this.#view = view;
    this.#now = of.now;
    this.#doubtful = new Set([...of.doubtful].flatMap(([name, its]) => its === form.name ? [name] : []));
    this.maxSkew = form.spec.rollout?.maxSkew ?? 0;
    this.#stopped = exceedsBudget(view, form.status.progress) || deadlinePassed(form);
    this.#stays = mostCommon(view.old.flatMap(({ spec }) => spec.revision ?? []));
    const moving = view.nodes.filter((node) => !this.#doubtful.has(node.name) && this.#isMoving(node));
    this.#moving = moving.length + this.#doubtful.size;
    this.#arriving = moving.filter((node) => this.#isThere(node)).length + this.#doubtful.size;
    this.#broken = form.status.progress?.completionTime === undefined ? view.failed : 0;
    this.before = this.#moving + this.#broken;
    this.#wave = view.budget + 1 + view.proven - view.pending - view.failed;
  }

  /** Those that aren't ready come first, then rows, then the groups of the order. */
  rank(write: NodeWrite): number {
    if (write.kind === "create") return 1;
    if (!isProven(write.node)) return 0;
    if (this.#isThere(write.node)) return 1;
    return 2 + groupOf(this.#form.spec.rollout?.order, write.node);
  }

  admit(write: NodeWrite): Admitted {
    // The same write again: its room is counted.
    if (this.#doubtful.has(nameOf(write))) return { now: write, later: false };
    if (write.kind === "create") return this.#create(write);
    if (!this.#isThere(write.node)) return this.#move(write);
    return this.#takeForRow(write.node) ? { now: write, later: false } : HELD;
  }

  #create(write: Extract<NodeWrite, { kind: "create" }>): Admitted {
    const group = groupOf(this.#form.spec.rollout?.order, {
      labels: { [LABEL.uid]: write.wanted.row.uid, [LABEL.hub]: nameAsLabel(this.#form.spec.hubId) },
      spec: { uid: write.wanted.row.uid, values: write.wanted.row.values },
    });
    const waits = this.#stopped || group > (this.#view.group ?? group) ||
      (this.#broken > 0 && this.#isFullOfTarget());
    if (!this.#takeForRow(undefined)) return HELD;
    const revision = waits && this.#stays !== undefined ? this.#stays : write.wanted.revision;
    return { now: { ...write, wanted: { ...write.wanted, revision } }, later: false };
  }

  #move(write: Extract<NodeWrite, { kind: "update" }>): Admitted {
    const { node } = write;
    if (this.#mayMove(node) && this.#takeForMove(node)) return { now: write, later: false };
    const { revision } = node.spec;
    if (revision === undefined || sameRow(write)) return HELD;
    const stays = { ...write, wanted: { ...write.wanted, revision } };
    return this.#takeForRow(node) ? { now: stays, later: true } : HELD;
  }

  /** Whether stop, order and wave let this node go to the target. */
  #mayMove(node: StoredNode): boolean {
    if (this.#stopped) return false;
    if (isProven(node)) {
      const { group = 0 } = this.#view;
      if (groupOf(this.#form.spec.rollout?.order, node) > group) return false;
    }
    return this.maxSkew > 0 || this.#wave > 0;
  }

  #takeForMove(node: StoredNode): boolean {
    if (this.#isFullOfTarget()) return this.#refuse();
    if (!this.#isMoving(node)) {
      if (this.maxSkew > 0 && this.#moving + this.#broken >= this.maxSkew) return this.#refuse();
      this.#moving++;
    }
    this.#arriving++;
    this.#wave--;
    return true;
  }

  /** Room for what a row asks of its node, where it has one; a node that is on its way has its own. */
  #takeForRow(node: StoredNode | undefined): boolean {
    if (node !== undefined && this.#isMoving(node)) return true;
    if (this.maxSkew > 0 && this.#moving >= this.maxSkew) return this.#refuse();
    this.#moving++;
    if (node === undefined || this.#isThere(node)) this.#arriving++;
    return true;
  }

  #isFullOfTarget(): boolean {
    return this.maxSkew > 0 && this.#arriving + this.#broken >= this.maxSkew;
  }

  #refuse(): false {
    this.full = true;
    return false;
  }

  /** Whether only the row asks for a change: the node is on the target. */
  #isThere(node: StoredNode): boolean {
    return followsRevision(node, this.#view.target);
  }

  /** Not ready, and neither found to have failed as it is nor paused. */
  #isMoving(node: StoredNode): boolean {
    if (isProven(node) || pauseOf(node, this.#now).kind === "paused") return false;
    return !hasFailed(node) || node.status.observedGeneration !== node.generation;
  }
}

/** The form's controller keeps the clock of its progress. */
function deadlinePassed(form: StoredForm): boolean {
  const progressing = findCondition(form.status.conditions, PROGRESSING);
  return progressing?.status === "False" && progressing.reason === "ProgressDeadlineExceeded";
}

function mostCommon(revisions: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const revision of revisions) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || compareText(a, b))[0]?.[0];
}

/** The nodes whose form has another revision by now: it is put in, their rows stay as they are. */
export function movesOf(
  { forms, nodes, now }: Pick<GateInput, "forms" | "nodes" | "now">,
): Extract<NodeWrite, { kind: "update" }>[] {
  const targets = new Map(forms.map((form) => [form.name, form.status.currentRevision]));
  return nodes.flatMap((node) => {
    const { uid, templateRef, revision, values, sensitive } = node.spec;
    const target = targets.get(templateRef);
    // Resources written into the node win over every revision; the next read of its row takes them out.
    if (target === undefined || revision === undefined || revision === target) return [];
    if (node.deleting || isHeldStill(node, now)) return [];
    const wanted = {
      name: node.name,
      form: templateRef,
      revision: target,
      row: { uid, values: values ?? {}, ...(sensitive && { sensitive: { hashes: sensitive.hashes } }) },
    };
    return { kind: "update" as const, node, wanted };
  });
}
