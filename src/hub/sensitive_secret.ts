import { Buffer } from "node:buffer";
import { API_VERSION, FIELD_MANAGER, LABEL, nameAsLabel } from "../api/labels.ts";
import { sensitiveNames } from "../api/mapped_variables.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { RowVerdict } from "../api/row.ts";
import {
  nextPart,
  sealRow,
  SENSITIVE_KEY_BYTES,
  SENSITIVE_TYPE,
  sensitiveKey,
  sensitiveKeyName,
  sensitiveName,
} from "../api/sensitive.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import type { DeleteOptions, ObjectRef } from "../kube/client.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { SourceError } from "../source/port.ts";
import { ownerOf } from "./node_object.ts";
import type { NodeWanted } from "./plan.ts";
import type { SecretAnswer } from "./read_rows.ts";
import type { HubWorld } from "./world.ts";

export const SECRET: ResourceType = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
};
const MANAGED = { fieldManager: FIELD_MANAGER };

/**
 * The rows with the values sealed that the hub marks as sensitive. The key is made where the hub has none, and made again
 * as it was where somebody deleted it. Throws `SourceError` where there can be none.
 */
export async function sealed(
  world: HubWorld,
  of: { hub: StoredHub; rows: readonly RowVerdict[]; answer: SecretAnswer | undefined },
  signal: AbortSignal,
): Promise<readonly RowVerdict[]> {
  const { hub, rows, answer } = of;
  const names = sensitiveNames(hub.spec);
  if (names.length === 0) return rows;
  const key = await keyOf(world, { hub, answer }, signal);
  const { settled = false } = world.sensitiveMemory.get(namespacedName(hub)) ?? {};
  world.sensitiveMemory.set(namespacedName(hub), { key, settled });
  return rows.map((verdict) =>
    verdict.kind === "active" || verdict.kind === "paused"
      ? { ...verdict, row: sealRow(verdict.row, names, key) }
      : verdict
  );
}

async function keyOf(
  world: HubWorld,
  { hub, answer }: { hub: StoredHub; answer: SecretAnswer | undefined },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const ref: ObjectRef = { type: SECRET, namespace: hub.namespace, name: sensitiveKeyName(hub.name) };
  if (answer?.kind === "refused") throw noKey(ref, "may not be read by the operator");
  if (answer?.kind === "found") return keyIn(ref, answer.value);
  const key = world.sensitiveMemory.get(namespacedName(hub))?.key ?? world.randomBytes(SENSITIVE_KEY_BYTES);
  const secret = secretObject(ref, {
    type: SENSITIVE_TYPE.key,
    owner: ownerOf(hub),
    data: { key: Buffer.from(key).toString("base64") },
  });
  try {
    await world.client.create(SECRET, secret, MANAGED, signal);
    return key;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status !== 409) throw noKey(ref, `can't be made (${error.status} ${error.reason})`);
  }
  const stored = await world.client.get(ref, { signal });
  return keyIn(ref, (stored["data"] ?? {}) as Record<string, string>);
}

function keyIn(ref: ObjectRef, data: Readonly<Record<string, string>>): Uint8Array {
  const key = sensitiveKey(data["key"]);
  if (key === undefined) {
    throw noKey(ref, `should hold ${SENSITIVE_KEY_BYTES} bytes under data.key, and does not`);
  }
  return key;
}

function noKey({ namespace, name }: ObjectRef, why: string): SourceError {
  return new SourceError(`Secret ${namespace}/${name}, the key of the hub's sensitive values, ${why}`, {
    code: "InvalidConfig",
    remedy:
      "Let the operator get, list, watch, create and patch Secrets there, and delete one that is not its own",
  });
}

interface Keeping {
  readonly hub: StoredHub;
  readonly wanted: NodeWanted;
  /** undefined of a node that is to be made. */
  readonly node: StoredNode | undefined;
}

/**
 * Puts a node's sensitive values into its Secret, before the node is written that speaks of them: beside the values of
 * the node as it is stored, so that it can be rendered with these until then, and with the new ones from then on.
 */
export async function keepValues(
  world: Pick<HubWorld, "client">,
  { hub, wanted, node }: Keeping,
  signal: AbortSignal,
): Promise<void> {
  const values = wanted.row.sensitive?.part;
  if (values === undefined) return;
  const ref: ObjectRef = { type: SECRET, namespace: hub.namespace, name: sensitiveName(wanted.name) };
  const of = { ref, node: wanted.name, part: nextPart(node?.spec.sensitive), values };
  // Until there is a node it is the hub's, so that nothing is left behind with a hub that goes.
  const owner = node === undefined ? ownerOf(hub) : nodeOwner(node);
  const known = node?.spec.sensitive !== undefined;
  if (known && await patched(world, { ...of, owner }, signal)) return;
  try {
    await world.client.create(SECRET, valuesObject({ ...of, owner }), MANAGED, signal);
  } catch (error) {
    if (!isConflict(error)) throw withoutValues(error, ref);
    await patched(world, { ...of, owner }, signal);
  }
}

/** The Secret goes with its node from now on. */
export async function giveToNode(
  world: Pick<HubWorld, "client">,
  { namespace, name, uid }: Pick<StoredNode, "namespace" | "name" | "uid">,
  signal: AbortSignal,
): Promise<void> {
  const ref: ObjectRef = { type: SECRET, namespace, name: sensitiveName(name) };
  const body = { type: SENSITIVE_TYPE.values, metadata: owned(nodeOwner({ name, uid })) };
  try {
    await world.client.patch(ref, { type: "merge", body }, MANAGED, signal);
  } catch (error) {
    // Gone already: the node tells that its values are missing, and they are written again.
    if (!isNotFound(error)) throw withoutValues(error, ref);
  }
}

/** Of a node that the API server does not take no values stay behind. */
export async function leaveNothing(
  world: Pick<HubWorld, "client">,
  { hub, wanted, error }: { hub: StoredHub; wanted: NodeWanted; error: unknown },
  signal: AbortSignal,
): Promise<void> {
  // A conflict may tell of the node itself, made by a request whose answer was lost.
  if (!(error instanceof KubeError) || error.status >= 500 || isConflict(error)) return;
  if (wanted.row.sensitive === undefined) return;
  const of = { namespace: hub.namespace, name: sensitiveName(wanted.name), owner: hub.uid };
  await dropOwned(world, of, signal);
}

/** Deletes the Secret of a node that has no sensitive values any more. */
export async function dropValues(
  world: Pick<HubWorld, "client">,
  { wanted, node }: { wanted: NodeWanted; node: StoredNode },
  signal: AbortSignal,
): Promise<void> {
  if (wanted.row.sensitive !== undefined || node.spec.sensitive === undefined) return;
  const of = { namespace: node.namespace, name: sensitiveName(node.name), owner: node.uid };
  await dropOwned(world, of, signal);
}

/** Deletes the Secret of this name where this owner has it; anybody else's stays. */
async function dropOwned(
  world: Pick<HubWorld, "client">,
  { namespace, name, owner }: { namespace: string; name: string; owner: string },
  signal: AbortSignal,
): Promise<void> {
  const ref: ObjectRef = { type: SECRET, namespace, name };
  try {
    const { metadata } = await world.client.get(ref, { metadataOnly: true, signal });
    if (!metadata.ownerReferences?.some(({ uid }) => uid === owner)) return;
    await dropSecret(world, { namespace, name, uid: metadata.uid }, signal);
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw withoutValues(error, ref);
  }
}

/** Deletes the Secret with values that has this UID, with `resourceVersion` only as it was then; else it throws the conflict. */
export async function dropSecret(
  world: Pick<HubWorld, "client">,
  { namespace, name, ...as }: Omit<ObjectRef, "type"> & {
    readonly uid: DeleteOptions["uid"];
    readonly resourceVersion?: DeleteOptions["resourceVersion"];
  },
  signal: AbortSignal,
): Promise<void> {
  const ref: ObjectRef = { type: SECRET, namespace, name };
  try {
    await world.client.delete(ref, { ...as, propagationPolicy: "Background" }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw withoutValues(error, ref);
  }
}

interface Values {
  readonly ref: ObjectRef;
  readonly node: string;
  readonly part: "a" | "b";
  readonly values: string;
  readonly owner: OwnerReference;
}

/** The type can't change, so that a Secret that is another's is refused. False where there is none. */
async function patched(
  world: Pick<HubWorld, "client">,
  { ref, part, values, owner }: Values,
  signal: AbortSignal,
): Promise<boolean> {
  const body = {
    type: SENSITIVE_TYPE.values,
    metadata: owned(owner),
    data: { [part]: values },
  };
  try {
    await world.client.patch(ref, { type: "merge", body }, MANAGED, signal);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw withoutValues(error, ref);
  }
}

function valuesObject({ ref, node, part, values, owner }: Values): KubeObject {
  const labels = { [LABEL.sensitiveOf]: nameAsLabel(node), ...waiting(owner) };
  return secretObject(ref, { type: SENSITIVE_TYPE.values, owner, labels, data: { [part]: values } });
}

function secretObject(
  { namespace, name }: ObjectRef,
  of: {
    type: string;
    owner: OwnerReference;
    labels?: Record<string, string>;
    data: Readonly<Record<string, string>>;
  },
): KubeObject {
  const { type, owner, labels, data } = of;
  const metadata = {
    name,
    namespace: namespace ?? "",
    ownerReferences: [owner],
    ...(labels === undefined ? {} : { labels }),
  };
  return { apiVersion: "v1", kind: "Secret", metadata, type, data };
}

/** Metadata of a merge patch. */
function owned(owner: OwnerReference): Record<string, unknown> {
  return { ownerReferences: [owner], labels: { [LABEL.sensitiveWaiting]: null, ...waiting(owner) } };
}

/** By this label the Secrets are found that are a hub's still. */
function waiting({ kind, name }: OwnerReference): Record<string, string> {
  return kind === "LynqHub" ? { [LABEL.sensitiveWaiting]: nameAsLabel(name) } : {};
}

function nodeOwner({ name, uid }: { name: string; uid: string }): OwnerReference {
  return { apiVersion: API_VERSION, kind: "LynqNode", name, uid };
}

/** Who refuses a Secret may quote what is in it. */
function withoutValues(error: unknown, { namespace, name }: ObjectRef): unknown {
  if (!(error instanceof KubeError)) return error;
  const { status, reason, retryAfterSeconds } = error;
  return new KubeError(
    `Secret ${namespace}/${name}, which is to hold the sensitive values of its row, was refused (${
      `${status} ${reason}`.trim()
    }); the server's words are withheld, since they may quote a value`,
    { status, reason, retryAfterSeconds },
  );
}
