import type { KeptValue, Remembered } from "../api/givens.ts";
import type { OpenedValues } from "../api/sensitive.ts";
import type { GatherInput } from "./gather.ts";
import { loadSeed, rememberValues, type SeedAnswer } from "./seed.ts";
import { loadSensitive, type SensitiveAnswer } from "./sensitive_values.ts";
import type { NodeWorld } from "./world.ts";

/** What a node's random values come from, for one pass. */
export interface NodeValues {
  /** Read the first time that something is rendered with it. */
  readonly seed: () => Promise<SeedAnswer>;
  /** Read the first time that something is rendered with them. */
  readonly sensitive: () => Promise<SensitiveAnswer>;
  /** The sensitive values, as far as they were read. */
  readonly opened: () => OpenedValues | undefined;
  /** What a resource keeps instead, as far as the seed was read. */
  readonly kept: (id: string) => readonly KeptValue[];
  /** From now on the resource keeps these and no others. */
  readonly remember: (id: string, values: readonly KeptValue[]) => Promise<Remembered>;
}

type ValuesInput = Pick<GatherInput, "node" | "form" | "records" | "signal">;

export function nodeValues(world: NodeWorld, { node, form, records, signal }: ValuesInput): NodeValues {
  const outlives = form.resources.some(({ needs, policy }) =>
    needs.random && policy.deletionPolicy === "Retain"
  );
  const known = [...records.values()].some(({ seed }) => seed !== undefined);
  const input = { node, outlives, known, signal };
  const kept = new Map<string, readonly KeptValue[]>();
  let answer: Promise<SeedAnswer> | undefined;
  const read = async () => {
    const found = await loadSeed(world, input);
    for (const [id, values] of found.kind === "seed" ? found.kept : []) kept.set(id, values);
    return found;
  };
  const seed = () => answer ??= read();
  let secret: Promise<SensitiveAnswer> | undefined;
  let opened: OpenedValues | undefined;
  const open = async () => {
    const found = await loadSensitive(world, node, signal);
    if (found.kind === "opened") opened = found.opened;
    return found;
  };
  return {
    seed,
    sensitive: () => secret ??= open(),
    opened: () => opened,
    kept: (id) => kept.get(id) ?? [],
    remember: async (id, values) => {
      const found = await seed();
      if (found.kind === "unavailable") return { ...found.settled, kind: "refused" };
      const all = new Map(kept).set(id, values);
      const remembered = await rememberValues(world, { ...input, seed: found.seed, kept: all, id });
      if (remembered.kind === "remembered") kept.set(id, values);
      return remembered;
    },
  };
}
