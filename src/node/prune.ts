import { objectKeyText } from "../api/resource_key.ts";
import { whole } from "../controller/limit.ts";
import { failed, type Leftover, type PruneInput } from "./leftover.ts";
import { letGo } from "./let_go.ts";
import { nodeDoubt } from "./node_doubt.ts";
import { decideOrphans, type Orphan } from "./orphans.ts";
import { reportLetGo } from "./prune_report.ts";
import { type ServedKind, servedKind } from "./served_kind.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Lets go of what left the desired set, wave by wave as far as it goes now; what is not confirmed gone is left over.
 * All of it is where the node's spec has changed since the watch told it: it may ask for what would go.
 */
export async function prune(world: NodeWorld, input: PruneInput): Promise<Leftover[]> {
  if (input.orphans.length === 0) return [];
  const doubt = await nodeDoubt(world, input.node, input.signal);
  if (doubt !== undefined) return input.orphans.map((orphan) => failed(orphan, doubt));
  const kinds = await kindsOf(world, input);
  const gone = input.orphans.filter(({ key }) => kinds.get(objectKeyText(key))?.kind === "gone");
  const without = gone.flatMap((orphan) => withoutKind(world, input, orphan) ?? []);
  let rest = input.orphans.filter((orphan) => !gone.includes(orphan));
  for (;;) {
    const before = rest.length;
    const pass = { ...input, orphans: rest };
    const decisions = decideOrphans(rest);
    const settled = await whole(decisions.map((decided) => {
      const served = kinds.get(objectKeyText(decided.orphan.key)) ?? UNASKED;
      return letGo(world, pass, { ...decided, served });
    }));
    const left = settled.filter((leftover) => leftover !== undefined);
    rest = left.map(({ orphan }) => orphan);
    const waiting = left.some(({ reason }) => reason === "WaitingForDependents");
    const held = left.some((of) => of.failed || of.reason === "Terminating");
    if (!waiting || held || left.length === before) return [...without, ...left];
  }
}

const UNASKED: ServedKind = { kind: "unknown", message: "the kind was not asked for" };

async function kindsOf(world: NodeWorld, { orphans, signal }: PruneInput): Promise<Map<string, ServedKind>> {
  const found = await Promise.all(orphans.map(async ({ key }) => {
    const served: ServedKind = await servedKind(world, key, signal);
    return [objectKeyText(key), served] as const;
  }));
  return new Map(found);
}

/** The objects of a kind go with its CustomResourceDefinition; a node that is deleted doesn't wait for its return. */
function withoutKind(world: NodeWorld, input: PruneInput, orphan: Orphan): Leftover | undefined {
  if (input.node.deleting) {
    reportLetGo(world, input, { orphan, letGo: { kind: "kindGone" } });
    return undefined;
  }
  const { kind, apiVersion } = orphan.key;
  const message = `the API server no longer serves ${kind} in ${apiVersion}; install its ` +
    "CustomResourceDefinition, so that the object can be looked for, or delete the node to forget it";
  return { orphan, failed: true, reason: "KindNotFound", message };
}

/** Until an object that is on its way out is looked at again: one that lost its label is in no watch. */
export const UNWATCHED_MS = 30_000;
