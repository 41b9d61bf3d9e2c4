import type { Givens, ObjectPath } from "../api/givens.ts";
import type { ApplyMode, DesiredObject } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { entriesOf } from "./own_fields.ts";
import { keepIgnored, yieldIgnored } from "./ignored_fields.ts";
import { stabilize } from "./stable_object.ts";
import type { NodeWorld } from "./world.ts";

/** What is applied, with the fields whose key or certificate is new; or why it can't be completed. */
export type OverLive =
  | { readonly kind: "ready"; readonly desired: DesiredObject; readonly made: readonly ObjectPath[] }
  | { readonly kind: "failed"; readonly field: string; readonly message: string };

/**
 * What is applied over an object that exists: its ignored fields stay as they are there, and so do its keys and
 * certificates. The object keeps the hash of what was rendered, so that another writer's value is no news to the next pass.
 */
export async function overLive(
  world: NodeWorld,
  { desired, mode }: { desired: DesiredObject; mode: ApplyMode },
  signal: AbortSignal,
): Promise<OverLive> {
  const paths = desired.policy.ignoreFields ?? [];
  const givens = givensFor(desired, mode);
  const reads = mode !== "create" && mode !== "relabel" && (paths.length > 0 || givens !== undefined);
  const live = reads ? await world.applier.read(desired.type, desired.key, signal) : undefined;
  const kept = live === undefined ? desired.object : withoutIgnored(desired, live);
  if (givens === undefined) return { kind: "ready", desired: { ...desired, object: kept }, made: [] };
  const stable = stabilize(kept, givens, live);
  if (stable.kind === "failed") return stable;
  const seed = givens.kept !== undefined && live !== undefined ? givens.kept.seed : givens.seed;
  const { seed: _, ...rest } = givens;
  const told = { ...rest, ...(seed === undefined ? {} : { seed }) };
  return {
    kind: "ready",
    desired: { ...desired, object: stable.object, givens: told },
    made: stable.made,
  };
}

/** An apply leaves ignored fields to whoever owns them by now; a merge patch and a PUT send them as they are. */
function withoutIgnored({ object, policy, manager }: DesiredObject, live: KubeObject): KubeObject {
  const paths = policy.ignoreFields ?? [];
  if (policy.patchStrategy !== "apply") return keepIgnored(object, live, paths);
  return yieldIgnored(object, live, { paths, ...entriesOf(live, manager) });
}

/** What has to be completed; what is taken from others gets the form's own values. */
function givensFor({ givens }: DesiredObject, mode: ApplyMode): Givens | undefined {
  if (givens === undefined || mode === "relabel") return undefined;
  const { kept: _, ...own } = givens;
  const told: Givens = mode === "take" || mode === "create" ? own : givens;
  return told.keys.length > 0 || told.kept !== undefined ? told : undefined;
}
