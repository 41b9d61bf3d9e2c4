import type { NodeStatus, ResourceRecord } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";
import { mergeConditions } from "../api/conditions.ts";
import { namespacedName } from "../api/resource_key.ts";
import { SENSITIVE_LOST, SENSITIVE_UNAVAILABLE } from "../api/sensitive.ts";
import type { Child, Variables } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { objectId } from "./child_caches.ts";
import { nodeStatus, type StatusInput } from "./node_status.ts";
import { secretive, withoutForeignWords } from "./foreign_words.ts";
import { keyOf } from "./orphans.ts";
import type { PreparedForm } from "./prepared_form.ts";
import { isJudged, judgedBy } from "./ready_rules.ts";
import { rfc3339, type Settled, settledAt, settleReadiness } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** What a paused node would be rendered from. */
export interface HeldForm {
  readonly form: PreparedForm;
  readonly variables: Variables;
}

export interface HoldInput {
  readonly node: StoredNode;
  /** undefined where the node can't be rendered at all. */
  readonly held: HeldForm | undefined;
  readonly status: StatusInput;
}

/**
 * The status of a paused node: how its recorded objects do by their watches. Nothing is rendered, written or let go of.
 * `observedGeneration` moves only where all that the spec asks for was applied before.
 */
export async function holdNode(world: NodeWorld, input: HoldInput): Promise<NodeStatus> {
  const { node, held, status } = input;
  if (held === undefined) return withConditions(node, status);
  const policies = new Map(held.form.resources.map(({ id, policy }) => [id, policy]));
  const secret = secretive(held.form, node);
  const types = await watchedTypes(world, { node, policies });
  const records = (node.status.resources ?? []).map((record) => {
    const policy = policies.get(record.id);
    const type = types.get(record);
    if (policy === undefined || type === undefined || !tellsReadiness(record)) return record;
    const found = world.children.find(type, keyOf(record));
    const child = found?.uid === record.uid ? found : undefined;
    // Of what was created once nobody waits for the return; and nothing is said anew of an object that its readyWhen
    // was not asked about since.
    if (child === undefined ? record.once === true : !isJudged(child, policy)) return record;
    return observed(record, { policy, child: child && judgedBy(child, policy), now: status.now });
  }).map((record) => withoutForeignWords(record, { ids: secret, redact: (text) => text }));
  const generation = isApplied(held, node) ? node.generation : node.status.observedGeneration ?? 0;
  const excluded = node.status.excludedResourceIds;
  const told = nodeStatus(records, {
    ...status,
    generation,
    ...(excluded === undefined ? {} : { excluded }),
  });
  return unapplied(held, node).length === 0 ? told : withoutReady(told, { held, node, status });
}

function withConditions(node: StoredNode, { standing = [], now }: StatusInput): NodeStatus {
  const at = { now: rfc3339(now), generation: node.status.observedGeneration };
  return { ...node.status, conditions: mergeConditions(node.status.conditions ?? [], standing, at) };
}

/** The kinds of the recorded objects, watched, each object judged by its readyWhen where the form has one. */
async function watchedTypes(
  world: NodeWorld,
  { node, policies }: { node: StoredNode; policies: ReadonlyMap<string, Resource> },
): Promise<Map<ResourceRecord, ResourceType>> {
  const found = await Promise.all((node.status.resources ?? []).map(async (record) => {
    const answer = await world.discovery.resolve(record.apiVersion, record.kind);
    return answer.kind === "found" ? [[record, answer.type] as const] : [];
  }));
  const types = new Map(found.flat());
  const ruled = [...types].flatMap(([record, type]) => {
    const { readyWhen, waitForReady = false } = policies.get(record.id) ?? {};
    return readyWhen === undefined || !waitForReady
      ? []
      : [{ object: objectId(type, keyOf(record)), readyWhen }];
  });
  world.children.rules.claim(namespacedName(node), ruled);
  await world.children.ensure(types.values());
  return types;
}

/** Failures of a write, which no watch tells the end of. */
const WRITE_FAILURES: ReadonlySet<string | undefined> = new Set([
  "ApplyFailed",
  "DuplicateObject",
  "FailedAndGone",
  "ImmutableField",
  "KindNotFound",
  "NamespaceNotAllowed",
  "OutsideNamespaces",
  "SeedUnavailable",
  SENSITIVE_LOST,
  SENSITIVE_UNAVAILABLE,
  "TemplateRenderError",
]);

/** The reason of what has to wait for the end of the pause. */
const PAUSED = "Paused";

/** Whether the state of a record is how its object does, rather than what became of a write. */
function tellsReadiness({ uid, state, reason }: ResourceRecord): boolean {
  if (uid === undefined || reason === "CreatedOnce") return false;
  if (reason === "Drifted" || reason === "WaitForFirstConsumer") return false;
  if (state === "Waiting") return reason === PAUSED;
  return state === "Ready" || state === "Progressing" || state === "Failed" && !WRITE_FAILURES.has(reason);
}

function observed(
  record: ResourceRecord,
  of: { policy: Resource; child: Child | undefined; now: Date },
): ResourceRecord {
  const { policy, child, now } = of;
  const settled = child === undefined ? GONE : settledAt(
    {
      id: record.id,
      key: keyOf(record),
      wave: record.wave ?? 0,
      policy,
      settled: settleReadiness(child.readiness, policy),
      child,
      written: undefined,
    },
    record,
    now,
  );
  const { state: _state, reason: _reason, message: _message, since: _since, ...rest } = record;
  const same = record.state === settled.state && (record.reason ?? record.state) === settled.reason;
  const since = same ? record.since : rfc3339(now);
  return {
    ...rest,
    state: settled.state,
    ...(settled.reason === settled.state ? {} : { reason: settled.reason }),
    ...(settled.message === "" ? {} : { message: settled.message }),
    ...(since === undefined ? {} : { since }),
  };
}

const GONE: Settled = {
  state: "Waiting",
  reason: PAUSED,
  message: "the object is gone, or its labels are; that is mended when the pause ends",
};

/** Ids that the form asks for and that have no object of ours yet. */
function unapplied({ form, variables }: HeldForm, { status }: StoredNode): string[] {
  const recorded = new Set((status.resources ?? []).map(({ id }) => id));
  return form.resources.flatMap(({ id, inclusion }) =>
    inclusion(variables).kind === "excluded" || recorded.has(id) ? [] : [id]
  );
}

/** Whether every object is what the spec gives, so that the pause holds nothing of it back. */
function isApplied(held: HeldForm, node: StoredNode): boolean {
  const records = new Map((node.status.resources ?? []).map((record) => [record.id, record]));
  for (const { id, inclusion, inputs } of held.form.resources) {
    const record = records.get(id);
    records.delete(id);
    if (inclusion(held.variables).kind === "excluded") {
      if (record !== undefined) return false;
    } else if (record?.once !== true && record?.inputs !== inputs(node, held.variables)) return false;
  }
  return records.size === 0;
}

function withoutReady(
  told: NodeStatus,
  { held, node, status }: { held: HeldForm; node: StoredNode; status: StatusInput },
): NodeStatus {
  const ids = unapplied(held, node);
  const message = `${ids.length} resources are not applied yet (${ids.slice(0, 10).join(", ")}): ` +
    "they are when the pause ends";
  const ready = { type: "Ready", status: "False" as const, reason: "NotAllResourcesReady", message };
  const rest = (told.conditions ?? []).filter(({ type }) => type !== "Ready");
  const before = (node.status.conditions ?? []).filter(({ type }) => type === "Ready");
  const at = { now: rfc3339(status.now), generation: told.observedGeneration };
  return { ...told, conditions: [...mergeConditions(before, [ready], at), ...rest] };
}
