import { ANNOTATION } from "../api/labels.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { StoredNode } from "../api/stored.ts";
import { KubeError } from "../kube/error.ts";
import { nodeEvent } from "./node_event.ts";
import { keyOf } from "./orphans.ts";
import type { PreparedResource } from "./prepared_form.ts";
import { publishStatus } from "./publish.ts";
import type { Settled } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

export interface RecreateInput {
  readonly node: StoredNode;
  readonly resources: readonly Pick<PreparedResource, "id" | "policy">[];
  readonly signal: AbortSignal;
}

/** The node as it is after what `lynq.sh/recreate` asks for, and the resources that wait for their object to be gone. */
export interface Recreated {
  readonly node: StoredNode;
  readonly waiting: ReadonlyMap<string, Settled>;
}

/** What came of one id of the annotation. */
type Heard =
  /** Nothing of it is there: its record is dropped, then its id is taken out, then it is made. */
  | { readonly kind: "gone" }
  /** It can't be asked for: its id is taken out. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "waiting"; readonly settled: Settled };

/**
 * Hears `lynq.sh/recreate: <id>[,<id>]` on a node: resources of creationPolicy Once that are to be made again. First the
 * object is deleted, then its record is dropped, then the id is taken out of the annotation, and only then it is made:
 * whatever of it is interrupted goes on at the next pass.
 */
export async function recreateAsked(world: NodeWorld, input: RecreateInput): Promise<Recreated> {
  const ids = idsOf(input.node);
  const waiting = new Map<string, Settled>();
  if (ids.length === 0) return { node: input.node, waiting };
  const done: string[] = [];
  const gone: string[] = [];
  for (const id of ids) {
    const heard = await hear(world, input, id);
    if (heard.kind === "waiting") waiting.set(id, heard.settled);
    else done.push(id);
    if (heard.kind === "gone") gone.push(id);
    if (heard.kind === "refused") {
      const message = `${ANNOTATION.recreate}: ${id} is not heard: ${heard.why}`;
      nodeEvent(world, input.node, { type: "Warning", reason: "RecreateRefused", message });
    }
  }
  const node = await dropRecords(world, input, gone);
  return { node: await takeOut(world, { ...input, node }, done), waiting };
}

function idsOf({ annotations }: Pick<StoredNode, "annotations">): string[] {
  const ids = (annotations[ANNOTATION.recreate] ?? "").split(",").map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))];
}

async function hear(world: NodeWorld, input: RecreateInput, id: string): Promise<Heard> {
  const policy = input.resources.find((resource) => resource.id === id)?.policy;
  if (policy === undefined) return { kind: "refused", why: "the form has no resource of this id" };
  if (policy.creationPolicy !== "Once") {
    return {
      kind: "refused",
      why: "its creationPolicy is not Once: delete the object, and it is made again",
    };
  }
  const record = recordOf(input.node, id);
  if (record?.uid === undefined) return { kind: "gone" };
  return await letGo(world, input, { record, uid: record.uid, retained: policy.deletionPolicy === "Retain" });
}

async function letGo(
  world: NodeWorld,
  { node, signal }: Pick<RecreateInput, "node" | "signal">,
  { record, uid, retained }: { record: ResourceRecord; uid: string; retained: boolean },
): Promise<Heard> {
  const key = keyOf(record);
  const found = await world.discovery.resolve(key.apiVersion, key.kind);
  if (found.kind === "absent") return { kind: "gone" };
  const object = await world.applier.look(found.type, key, signal);
  if (object?.metadata.uid !== uid) return { kind: "gone" };
  if (record.shared === true) {
    return { kind: "refused", why: "other nodes may share the object: delete it yourself, and ask again" };
  }
  if (retained) {
    return {
      kind: "refused",
      why: "its deletionPolicy is Retain: delete the object yourself, and ask again",
    };
  }
  const message =
    `Waiting for the object of ${record.id} to be gone; it is made again, as ${ANNOTATION.recreate} asks`;
  const wait: Heard = { kind: "waiting", settled: { state: "Waiting", reason: "Recreating", message } };
  if (object.metadata.deletionTimestamp !== undefined) return wait;
  await confirmAsked(world, { node, signal }, record.id);
  const target = { type: found.type, key, uid };
  const outcome = await world.applier.perform({ kind: "delete", target, propagation: "Foreground" }, signal);
  if (outcome.kind === "gone") return { kind: "gone" };
  if (outcome.kind === "deleting") return wait;
  const why = "message" in outcome ? outcome.message : outcome.kind;
  const failed = `Failed to delete the object of ${record.id}, which is to be made again: ${why}`;
  return { kind: "waiting", settled: { state: "Failed", reason: "ApplyFailed", message: failed } };
}

/** Throws a conflict where the annotation does not ask for it any more: what the watch told may be heard already. */
async function confirmAsked(
  world: NodeWorld,
  { node: { namespace, name, uid }, signal }: Pick<RecreateInput, "node" | "signal">,
  id: string,
): Promise<void> {
  const ref = { type: world.nodes.type, namespace, name };
  const { metadata } = await world.client.get(ref, { metadataOnly: true, signal });
  if (metadata.uid === uid && idsOf({ annotations: metadata.annotations ?? {} }).includes(id)) return;
  const message = `LynqNode ${namespace}/${name} does not ask for ${id} to be made again any more`;
  throw new KubeError(message, { status: 409, reason: "Conflict" });
}

function recordOf(node: StoredNode, id: string): ResourceRecord | undefined {
  return node.status.resources?.find((record) => record.id === id && record.state !== "Deleting");
}

/** The node without the records of these resources. */
async function dropRecords(
  world: NodeWorld,
  { node, signal }: RecreateInput,
  ids: readonly string[],
): Promise<StoredNode> {
  const { resources = [] } = node.status;
  const kept = resources.filter((record) => !ids.includes(record.id) || record.state === "Deleting");
  if (kept.length === resources.length) return node;
  const status = { ...node.status, resources: kept };
  await publishStatus(world, { node, status }, signal);
  return newer(world, { ...node, status });
}

/** The node without these ids in its annotation. A node that changed meanwhile is refused, and heard anew. */
async function takeOut(
  world: NodeWorld,
  { node, signal }: RecreateInput,
  done: readonly string[],
): Promise<StoredNode> {
  if (done.length === 0) return node;
  const left = idsOf(node).filter((id) => !done.includes(id));
  const value = left.length === 0 ? null : left.join(",");
  const { uid, resourceVersion, namespace, name } = node;
  const body = { metadata: { uid, resourceVersion, annotations: { [ANNOTATION.recreate]: value } } };
  const ref = { type: world.nodes.type, namespace, name };
  const options = { fieldManager: "lynq" };
  world.nodes.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
  return newer(world, node);
}

/** The node as the answer of the last write left it in the cache. */
function newer(world: NodeWorld, node: StoredNode): StoredNode {
  return world.nodes.get(`${node.namespace}/${node.name}`) ?? node;
}
