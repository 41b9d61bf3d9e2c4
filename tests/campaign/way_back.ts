import type { KubeObject } from "../../src/kube/object.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetWatch } from "./fleet_watch.ts";
import { ANNOTATION } from "../../src/api/labels.ts";
import { childKey } from "./picture.ts";
import { seedRows } from "./seed_fleet.ts";
import { type SeedState, seedState, stateGaps } from "./seed_state.ts";

/**
 * The seed's specs and rows give the seed's cluster; what policies retain is taken away by hand, and what was made once
 * under another name is asked for again.
 */
export async function goBack(fleet: Fleet, watch: FleetWatch, expected: SeedState): Promise<void> {
  fleet.exec(seedRows(fleet.place.word));
  const wanted = new Map([fleet.seed.hub, ...fleet.seed.forms].map((object) => [keyOf(object), object]));
  const restored = new Set<string>();
  await watch.until("the seed's fleet to be there again", async () => {
    if (await asksForSeed(fleet, wanted, restored)) return ["specs are not the seed's yet"];
    await fleet.approve();
    await fleet.sweep();
    await removeLeft(fleet, expected);
    await renew(fleet, expected);
    return stateGaps(expected, seedState(fleet.picture(), fleet.place));
  });
  await watch.isQuiet("requests");
}

/** Brings hub and forms to the seed's specs, those in `restored` (by uid) were brought; whether something was left to do. */
async function asksForSeed(
  fleet: Fleet,
  wanted: ReadonlyMap<string, KubeObject>,
  restored: Set<string>,
): Promise<boolean> {
  const { objects } = fleet.picture();
  const own = objects.filter(({ kind }) => kind === "LynqHub" || kind === "LynqForm");
  const leaving = own.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  // A guard may hold up the end of a form.
  if (leaving.length > 0) await fleet.approve();
  const changed = own.filter((object) =>
    !leaving.includes(object) && !restored.has(object.metadata.uid ?? "")
  );
  for (const object of changed) {
    const seed = wanted.get(keyOf(object));
    const answer = seed === undefined ? undefined : await fleet.put(seed);
    if (answer?.kind === "accepted") restored.add(object.metadata.uid ?? "");
    else await fleet.remove(object);
  }
  const missing = [...wanted].filter(([key]) => !own.some((object) => keyOf(object) === key));
  for (const [, object] of missing) await fleet.create(object);
  return leaving.length + changed.length + missing.length > 0;
}

/** Nodes that were to outlive their hub or form, and that the seed doesn't have, go by hand. */
async function removeLeft(fleet: Fleet, expected: SeedState): Promise<void> {
  const { nodes, objects } = fleet.picture();
  const left = new Set(
    nodes.filter(({ hub, deleting }) => hub === undefined && !deleting).map(({ name }) => name),
  );
  for (const object of objects) {
    const { kind = "", metadata: { namespace, name = "" } } = object;
    if (kind !== "LynqNode" || !left.has(name) || expected.has(childKey(kind, namespace, name))) continue;
    await fleet.remove(object);
  }
}

/** A node on its form's revision keeps what it once made for another one until somebody asks for it anew. */
async function renew(fleet: Fleet, expected: SeedState): Promise<void> {
  const { forms, nodes } = fleet.picture();
  for (const { name, spec, status, annotations } of nodes) {
    const { currentRevision } = forms.find((form) => form.name === spec.templateRef)?.status ?? {};
    if (spec.revision !== currentRevision || annotations[ANNOTATION.recreate] !== undefined) continue;
    const others = (status.resources ?? []).filter((record) =>
      record.once === true && !expected.has(childKey(record.kind, record.namespace, record.name))
    );
    if (others.length > 0) await fleet.recreate(name, others.map(({ id }) => id));
  }
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}
