/** API group and version of the three kinds. */
export const GROUP = "operator.lynq.sh";
export const VERSION = "v1";
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Field manager of every write to a child. */
export const FIELD_MANAGER = "lynq";

/** Finalizers; those of hub and node are kept from the Go implementation, which has none on forms. */
export const HUB_FINALIZER = "lynq.sh/hub-finalizer";
export const FORM_FINALIZER = "lynq.sh/form-finalizer";
export const NODE_FINALIZER = "lynqnode.operator.lynq.sh/finalizer";

/** Labels on LynqNodes, children and form revisions. */
export const LABEL = {
  hub: "lynq.sh/hub",
  uid: "lynq.sh/uid",
  form: "lynq.sh/form",
  node: "lynq.sh/node",
  nodeNamespace: "lynq.sh/node-namespace",
  bucket: "lynq.sh/bucket",
  orphaned: "lynq.sh/orphaned",
  /** On the Secret with a node's seed: the node. It is no child, so it lacks the tracking labels. */
  seedOf: "lynq.sh/seed-of",
  /** On the Secret with a node's sensitive values: the node. */
  sensitiveOf: "lynq.sh/sensitive-of",
  /** On such a Secret: the hub that it is, until its node is made. */
  sensitiveWaiting: "lynq.sh/sensitive-waiting",
} as const;

/** Annotations on children, and those that LynqNodes of the Go implementation carry. */
export const ANNOTATION = {
  deletionPolicy: "lynq.sh/deletion-policy",
  createdOnce: "lynq.sh/created-once",
  orphanedAt: "lynq.sh/orphaned-at",
  orphanedReason: "lynq.sh/orphaned-reason",
  hostOrUrl: "lynq.sh/hostOrUrl",
  activate: "lynq.sh/activate",
  extra: "lynq.sh/extra",
  hubId: "lynq.sh/hubId",
  /** On hub or form: the hash in condition DeletionHeld. */
  approveDeletions: "lynq.sh/approve-deletions",
  /** On a hub: the hash in condition CreationHeld. */
  approveCreations: "lynq.sh/approve-creations",
  /** On a CustomResourceDefinition or Namespace: "true" lets its end delete what nodes made. */
  confirmTeardown: "lynq.sh/confirm-teardown",
  /** On hub, form or node: "true", or an RFC 3339 time until which nothing is written. */
  paused: "lynq.sh/paused",
  /** On a form: name or number of the ControllerRevision to go back to. */
  rollbackTo: "lynq.sh/rollback-to",
  /** On a node: ids of Once resources to make again, separated by commas. Removed once it is heard. */
  recreate: "lynq.sh/recreate",
  /** On an object that is to be taken over: "true", or the LynqNode that may take it. */
  adopt: "lynq.sh/adopt",
  /** On hub, form or node: "true" leaves behind what depends on it when it is deleted. */
  orphanDependents: "lynq.sh/orphan-dependents",
  /** On a node whose row can't be followed: the reason. Written by the hub controller. */
  frozen: "lynq.sh/frozen",
  /** On a node that the hub controller paused because its row says so: "row". Written and removed with spec.paused. */
  pausedBy: "lynq.sh/paused-by",
} as const;

/** Nodes and children are spread over this many buckets, so that a shard can watch only its own. */
export const BUCKETS = 64;

/** Why an object became an orphan, as `lynq.sh/orphaned-reason` says it. */
export type OrphanReason = "RemovedFromTemplate" | "LynqNodeDeleted";

const LABEL_LIMIT = 63;

/** FNV-1a over UTF-16 code units, 32 bits. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** The bucket of a LynqNode and of its children. */
export function bucketOf(namespace: string, node: string): string {
  return String(fnv1a(`${namespace}/${node}`) % BUCKETS);
}

/**
 * An object's name as a label value: unchanged up to 63 characters, longer ones cut and told apart by a hash, since a
 * name may have 253 characters and a label value 63.
 */
export function nameAsLabel(name: string): string {
  if (name.length <= LABEL_LIMIT) return name;
  const suffix = fnv1a(name).toString(36).padStart(7, "0");
  return `${name.slice(0, LABEL_LIMIT - suffix.length - 1).replace(/[^A-Za-z0-9]+$/, "")}-${suffix}`;
}

/** The names of the tracking labels. */
export const TRACKING_LABELS: ReadonlySet<string> = new Set([LABEL.node, LABEL.nodeNamespace, LABEL.bucket]);

/** The tracking labels of what several nodes may have: it is in no bucket, since their buckets differ. */
export function sharedTrackingLabels(node: { namespace: string; name: string }): Record<string, string> {
  const { [LABEL.bucket]: _, ...labels } = trackingLabels(node);
  return labels;
}

/** The tracking labels of a child that a node has for itself. */
export function trackingLabels(node: { namespace: string; name: string }): Record<string, string> {
  return {
    [LABEL.node]: nameAsLabel(node.name),
    [LABEL.nodeNamespace]: node.namespace,
    [LABEL.bucket]: bucketOf(node.namespace, node.name),
  };
}
