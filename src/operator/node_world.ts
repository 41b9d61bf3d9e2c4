import { pausesOf } from "../api/pause.ts";
import { type Applier, createApplier } from "../apply/applier.ts";
import { Backoff } from "../controller/backoff.ts";
import type { WatchingClient } from "../kube/client.ts";
import type { Children } from "../node/child_caches.ts";
import type { Elsewhere } from "../node/elsewhere.ts";
import { LookPace } from "../node/look_pace.ts";
import { RepairPace } from "../node/repair_pace.ts";
import { StorageClasses } from "../node/storage_classes.ts";
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

/** Writes children with this client. */
export function applierOf({ options: { timers } }: Ground, client: WatchingClient): Applier {
  return createApplier({ client, now: () => new Date(timers.now()) });
}

export function nodeWorld(ground: Ground, { nodes, children, client, elsewhere }: NodeParts): NodeWorld {
  const { options, caches, discovery, forms, orphaning, waiting, writes } = ground;
  const { timers } = options;
  return {
    ...outside({ ...options, client, events: eventsByForm(options.events, caches.forms) }),
    discovery,
    children,
    orphaning,
    elsewhere,
    keptTo: options.namespaces,
    teardown: options.namespaces === undefined
      ? new Teardown({ client, namespace: options.operatorNamespace })
      : { around: () => Promise.resolve(undefined) },
    applier: applierOf(ground, client),
    writes,
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
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    repairs: new RepairPace(),
    looks: new LookPace(),
    storageClasses: new StorageClasses(options.client),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}
