import { ANNOTATION } from "../api/labels.ts";
import { BY_ROW, isPausedByRow, type Pausable } from "../api/pause.ts";
import type { FrozenReason } from "../api/row.ts";

/** What a node says of its row, in annotations and `spec.paused`. */
export interface NodeMarks {
  /** Why the row can't be followed; undefined where it can. */
  readonly frozen: FrozenReason | undefined;
  /** The row pauses the node. */
  readonly paused: boolean;
}

export interface MarksPatch {
  readonly annotations: Readonly<Record<string, string | null>>;
  readonly spec: { readonly paused?: true | null };
}

/** The parts of a merge patch that give a node these marks; undefined where it has them. */
export function marksPatch(node: Pausable, marks: NodeMarks): MarksPatch | undefined {
  const wanted: [string, string | undefined][] = [
    [ANNOTATION.frozen, marks.frozen],
    [ANNOTATION.pausedBy, marks.paused ? BY_ROW : undefined],
  ];
  const other = wanted.filter(([name, text]) => node.annotations[name] !== text);
  const pauses = isPausedByRow(node) !== marks.paused;
  if (other.length === 0 && !pauses) return undefined;
  return {
    annotations: Object.fromEntries(other.map(([name, text]) => [name, text ?? null])),
    spec: pauses ? { paused: marks.paused ? true : null } : {},
  };
}
