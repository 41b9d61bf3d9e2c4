import type { DesiredObject } from "../api/stages.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { withoutHeld } from "./held_addresses.ts";
import { refOf } from "./object_ref.ts";

/** The object as a forced apply would leave it, by a dry run; undefined where the server refuses it. */
export async function preview(
  client: KubeClient,
  desired: DesiredObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const options = { fieldManager: desired.manager, force: true, dryRun: true };
  try {
    return (await client.apply(refOf(desired.type, desired.key), desired.object, options, signal)).object;
  } catch (error) {
    if (error instanceof KubeError) return undefined;
    throw error;
  }
}

/** Room for the characters that the server appends to a generated name of at most 63 characters. */
const BASE_LENGTH = 50;

/** Whether the server would take the same content as a new object of another name, by a dry run. */
export async function accepts(
  client: KubeClient,
  { object: wanted, type, key, manager }: DesiredObject,
  signal: AbortSignal,
): Promise<boolean> {
  const generateName = `${key.name.slice(0, BASE_LENGTH)}-`;
  try {
    const object = await withoutHeld(client, { object: wanted, type, key }, signal);
    const { name: _, resourceVersion: __, ...metadata } = object.metadata;
    const copy = { ...object, metadata: { ...metadata, generateName } };
    await client.create(type, copy, { fieldManager: manager, dryRun: true }, signal);
    return true;
  } catch (error) {
    if (error instanceof KubeError) return false;
    throw error;
  }
}
