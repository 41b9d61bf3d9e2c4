import type { KeptValue, KeySource, ObjectPath } from "../api/givens.ts";
import type { ApplyMode, DesiredObject } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { liveValues, mergeKept, withKept } from "./kept_values.ts";
import { keyFailed } from "./made_keys.ts";
import { isMap, isPresent, valueAt, withValue } from "./object_path.ts";
import { entriesOf } from "./own_fields.ts";
import { keySupply, type MadePair } from "./key_supply.ts";
import { keepIgnored, yieldIgnored } from "./ignored_fields.ts";
import type { Settled } from "./settle.ts";
import { stabilize } from "./stable_object.ts";
import type { NodeWorld } from "./world.ts";

/** What is applied, with the fields whose key or certificate is new; or why it can't be completed. */
export type OverLive =
  | { readonly kind: "ready"; readonly desired: DesiredObject; readonly made: readonly ObjectPath[] }
  | { readonly kind: "failed"; readonly settled: Settled };

/**
 * What is applied over an object that exists: its ignored fields stay as they are there, and so do its keys and
 * certificates, and the random values and times that it had before it was rendered here. The object keeps the hash of what was rendered, so that another writer's value is no news to the next pass.
 */
export async function overLive(
  world: NodeWorld,
  { desired, mode }: { desired: DesiredObject; mode: ApplyMode },
  signal: AbortSignal,
): Promise<OverLive> {
  const { keys = [] } = desired.givens ?? {};
  const writes = mode !== "create" && mode !== "relabel";
  const live = writes && keepsLive(desired)
    ? await world.applier.read(desired.type, desired.key, signal)
    : undefined;
  const kept = mode === "relabel" ? { kind: "kept" as const, desired } : await keepValues(desired, live);
  if (kept.kind === "failed") return kept;
  const object = live === undefined ? desired.object : withoutIgnored(kept.desired, live);
  if (keys.length === 0 || mode === "relabel") {
    return { kind: "ready", desired: { ...kept.desired, object }, made: [] };
  }
  const stable = await withMadeKeys(world, (privateKey) => stabilize(object, { keys, privateKey }, live));
  if (stable.kind === "failed") return { kind: "failed", settled: keyFailed(desired.id, stable) };
  return { kind: "ready", desired: { ...kept.desired, object: stable.object }, made: stable.made };
}

/** What overLive would send to take an object over that it may not: nothing is made for it, and nothing remembered. */
export async function askedOver(
  world: NodeWorld,
  desired: DesiredObject,
  signal: AbortSignal,
): Promise<DesiredObject> {
  const live = keepsLive(desired) ? await world.applier.read(desired.type, desired.key, signal) : undefined;
  if (live === undefined) return desired;
  const kept = withKept(desired, valuesOf(desired, live));
  let object: unknown = withoutIgnored(kept, live);
  for (const { path } of desired.givens?.keys ?? []) {
    const [value, others] = [valueAt(live, path, object), valueAt(object, path, object)];
    if (!isPresent(value)) continue;
    object = withValue(object, path, isMap(value) && isMap(others) ? { ...value, ...others } : value);
  }
  return { ...kept, object: object as KubeObject };
}

/** Whether the live object has a say in what is applied over it. */
function keepsLive({ policy: { ignoreFields = [] }, givens }: DesiredObject): boolean {
  return ignoreFields.length > 0 || (givens?.keys ?? []).length > 0 || givens?.keep !== undefined;
}

/** The random values and times of the live object that stay as they are. */
function valuesOf(desired: DesiredObject, live: KubeObject): KeptValue[] {
  const keep = desired.givens?.keep;
  if (keep === undefined) return [];
  return liveValues(desired, live, keep.sources).filter(({ path }) => keep.varies(path));
}

/**
 * A rendering that makes keys is done again with each key that it asked for, once that is made: nothing waits for a key
 * but what needs it.
 */
async function withMadeKeys<T>(
  world: Pick<NodeWorld, "makeKey">,
  render: (privateKey: KeySource) => T,
): Promise<T> {
  const made: MadePair[] = [];
  for (;;) {
    const supply = keySupply(made);
    const rendered = render(supply.take);
    const kind = supply.missing();
    if (kind === undefined) return rendered;
    made.push({ kind, pem: await world.makeKey(kind) });
  }
}

type Kept =
  | { readonly kind: "kept"; readonly desired: DesiredObject }
  | Extract<OverLive, { kind: "failed" }>;

/** With the values of the live object that win over the rendered ones, which are remembered from now on. */
async function keepValues(desired: DesiredObject, live: KubeObject | undefined): Promise<Kept> {
  const { givens } = desired;
  if (givens?.keep === undefined) return { kind: "kept", desired };
  const { kept, stale, remember } = givens.keep;
  const values = live === undefined ? [] : valuesOf(desired, live);
  if (values.length === 0 && !stale) return { kind: "kept", desired };
  const remembered = await remember(mergeKept(kept, values));
  if (remembered.kind === "refused") {
    const { reason, message } = remembered;
    return { kind: "failed", settled: { state: "Failed", reason, message } };
  }
  const { seed } = remembered;
  return { kind: "kept", desired: { ...withKept(desired, values), givens: { ...givens, seed } } };
}

/** An apply leaves ignored fields to whoever owns them by now; a merge patch and a PUT send them as they are. */
function withoutIgnored({ object, policy, manager }: DesiredObject, live: KubeObject): KubeObject {
  const paths = policy.ignoreFields ?? [];
  if (policy.patchStrategy !== "apply") return keepIgnored(object, live, paths);
  return yieldIgnored(object, live, { paths, ...entriesOf(live, manager) });
}
