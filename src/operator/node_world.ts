import { compareRevisions } from "../kube/revision.ts";
import { userOf } from "../api/account.ts";
import { pausesOf } from "../api/pause.ts";
import { createApplier } from "../apply/applier.ts";
import { Backoff } from "../controller/backoff.ts";
import type { WatchingClient } from "../kube/client.ts";
import { dryRunClient } from "../kube/dry_run.ts";
import type { Children } from "../node/child_caches.ts";
import type { Elsewhere } from "../node/elsewhere.ts";
import { LookPace } from "../node/look_pace.ts";
import { RepairPace } from "../node/repair_pace.ts";
import { StorageClasses } from "../node/storage_classes.ts";
import { targetNamespaces } from "../node/target_namespaces.ts";
import type { NodeWorld } from "../node/world.ts";
import { type NodeCache, valuesBy } from "./caches.ts";
import { eventsByForm } from "./form_events.ts";
import { type Ground, outside } from "./ground.ts";
import { NODE } from "./kinds.ts";
import { Teardown } from "./teardown.ts";

/** The nodes that one controller works on. */
export interface NodeParts {
  readonly nodes: NodeCache;
  readonly children: Children;
  /** What it writes with. */
  readonly client: WatchingClient;
  readonly elsewhere?: Elsewhere;
}

/** Writes children with this client, as the operator or as the account of a node. */
export function handsOf(
  { options: { timers, defaultAccount } }: Ground,
  client: WatchingClient,
): Pick<NodeWorld, "client" | "applier" | "tenant" | "accounts"> {
  const now = () => new Date(timers.now());
  return {
    client,
    applier: createApplier({ client, now }),
    tenant: client,
    accounts: {
      standard: defaultAccount,
      as: (account, { dryRun } = { dryRun: false }) => {
        const acting = client.as({ user: userOf(account) });
        const tenant = dryRun ? dryRunClient(acting) : acting;
        return { tenant, applier: createApplier({ client: tenant, now, account }) };
      },
    },
  };
}

export function nodeWorld(ground: Ground, { nodes, children, client, elsewhere }: NodeParts): NodeWorld {
  const { options, caches, discovery, forms, orphaning, waiting, writes, turns, keys } = ground;
  const { timers } = options;
  return {
    ...outside({ ...options, client, events: eventsByForm(options.events, caches.forms) }),
    ...handsOf(ground, client),
    discovery,
    children,
    orphaning,
    elsewhere,
    keptTo: options.namespaces,
    targets: targetNamespaces(options.targetNamespaces),
    teardown: options.namespaces === undefined
      ? new Teardown({ client, namespace: options.operatorNamespace, newest: newestOf(nodes) })
      : { around: () => Promise.resolve(undefined) },
    writes,
    turns,
    nodes: {
      get: (key) => nodes.get(key)?.value,
      labelled: (namespace, label) => valuesBy(nodes, "label", `${namespace}/${label}`),
      observe: (o) => nodes.observe(o),
      type: NODE,
    },
    forms: {
      prepared: (node) =>
        forms.prepared(
          node,
          caches.forms.get(`${node.namespace}/${node.spec.templateRef}`)?.value.status.currentRevision,
        ),
      kinds: () => [...caches.revisions.values()].flatMap(({ value }) => value.kinds),
    },
    pauses: (node) => {
      const { namespace, spec } = node;
      const hub = caches.hubs.get(`${namespace}/${node.hub ?? ""}`)?.value;
      const form = caches.forms.get(`${namespace}/${spec.templateRef}`)?.value;
      return pausesOf({ hub, form, node }, new Date(timers.now()));
    },
    namespaces: {
      state: (name) => {
        // Of one that the operator is to keep to, only a refused write tells that it is not there.
        if (caches.namespaces === undefined) return "present";
        const found = caches.namespaces.get(name)?.value;
        return found === undefined ? "missing" : found.deleting ? "terminating" : "present";
      },
      observe: (object) => caches.namespaces?.observe(object),
      wait: (node, names) => waiting.namespaces.wait(node, names),
    },
    missingKinds: waiting.kinds,
    heldObjects: waiting.objects,
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    repairs: new RepairPace(),
    looks: new LookPace(),
    storageClasses: new StorageClasses(options.client),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    makeKey: (kind) => keys.make(kind),
  };
}

/** The newest resourceVersion that a cache has had. */
function newestOf(nodes: NodeCache): () => string | undefined {
  let newest: string | undefined;
  const take = ({ resourceVersion }: { resourceVersion: string }) => {
    if (newest === undefined || (compareRevisions(resourceVersion, newest) ?? 0) > 0) {
      newest = resourceVersion;
    }
  };
  for (const entry of nodes.values()) take(entry);
  nodes.subscribe((event) => event.kind === "deleted" || take(event.now));
  return () => newest;
}
