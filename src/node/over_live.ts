import type { ApplyMode, DesiredObject } from "../api/stages.ts";
import { keepIgnored } from "./ignored_fields.ts";
import type { NodeWorld } from "./world.ts";

/**
 * What is applied over an object that exists: its ignored fields stay as they are there. The object keeps the hash of
 * what was rendered, so that another writer's value is no news to the next pass.
 */
export async function overLive(
  world: NodeWorld,
  { desired, mode }: { desired: DesiredObject; mode: ApplyMode },
  signal: AbortSignal,
): Promise<DesiredObject> {
  const paths = desired.policy.ignoreFields ?? [];
  if (paths.length === 0 || mode === "create") return desired;
  const live = await world.applier.read(desired.type, desired.key, signal);
  return live === undefined ? desired : { ...desired, object: keepIgnored(desired.object, live, paths) };
}
