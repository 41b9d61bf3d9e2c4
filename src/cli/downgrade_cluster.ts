import {
  type StoredForm,
  type StoredHub,
  type StoredNode,
  toStoredForm,
  toStoredHub,
  toStoredNode,
} from "../api/stored.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { FORM, HUB, NODE, REVISION } from "../operator/kinds.ts";
import { LEASE_NAME } from "../operator/leadership.ts";
import { type CachedRevision, toCachedRevision } from "../operator/revision.ts";

/** All that a downgrade is decided from, of one namespace or of all. */
export interface Installed {
  readonly hubs: readonly StoredHub[];
  readonly forms: readonly StoredForm[];
  readonly nodes: readonly StoredNode[];
  readonly revisions: readonly CachedRevision[];
}

export async function readInstalled(client: KubeClient, namespace: string | undefined): Promise<Installed> {
  const all = (type: ResourceType, labelSelector?: string) =>
    list(client, { type, namespace, labelSelector });
  return {
    hubs: (await all(HUB)).map(toStoredHub),
    forms: (await all(FORM)).map(toStoredForm),
    nodes: (await all(NODE)).map(toStoredNode),
    revisions: (await all(REVISION, "lynq.sh/form")).map(toCachedRevision),
  };
}

const LEASE: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

/** Who holds the operator's lease now, in any namespace, as `namespace/identity`. One that was not renewed in time is free. */
export async function leaseHolders(client: KubeClient, now: Date): Promise<string[]> {
  const leases = await list(client, { type: LEASE, fieldSelector: `metadata.name=${LEASE_NAME}` });
  return leases.flatMap(({ metadata, spec }) => {
    const { holderIdentity = "", renewTime = "", leaseDurationSeconds = 0 } = (spec ?? {}) as {
      holderIdentity?: string;
      renewTime?: string;
      leaseDurationSeconds?: number;
    };
    const held = Date.parse(renewTime) + leaseDurationSeconds * 1000 > now.getTime();
    return holderIdentity !== "" && held ? [`${metadata.namespace}/${holderIdentity}`] : [];
  });
}

async function list(client: KubeClient, options: Parameters<KubeClient["list"]>[0]): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for await (const page of client.list(options)) objects.push(...page.items);
  return objects;
}
