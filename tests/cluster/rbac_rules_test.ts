import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { clusterObjects, until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest } from "../support/control_plane_case.ts";
import { accountToken, install } from "../support/installed_account.ts";

const answer = await requireControlPlane();
const RBAC = "rbac.authorization.k8s.io/v1";

/** What `kubectl auth can-i --list` asks for. */
const REVIEW: ResourceType = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  namespaced: false,
};

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What every account may ask about itself. */
const EVERYBODY = /^self[a-z]*\./;

/** A line for each kind: who may do what with it, in this namespace. */
async function rightsIn(namespace: string, client: Pick<KubeClient, "create">): Promise<string[]> {
  const review = await client.create(REVIEW, { metadata: {}, spec: { namespace } });
  const { resourceRules } = review["status"] as { resourceRules: readonly Rule[] };
  const verbs = new Map<string, Set<string>>();
  for (const { apiGroups = [], resources = [], resourceNames = [""], ...rule } of resourceRules) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        for (const name of resourceNames) {
          const what = `${resource}.${group}${name === "" ? "" : ` ${name}`}`;
          verbs.set(what, new Set([...verbs.get(what) ?? [], ...rule.verbs]));
        }
      }
    }
  }
  return [...verbs].filter(([what]) => !EVERYBODY.test(what))
    .map(([what, of]) => `${what}: ${[...of].toSorted().join(" ")}`).toSorted();
}

clusterTest(answer, "the shipped account may do what is written down, and nothing else", async (on) => {
  const objects = clusterObjects(on.client);
  await on.plane.startControllerManager();
  for (const { metadata: { name = "" } } of await objects.list({ apiVersion: RBAC, kind: "ClusterRole" })) {
    if (name.startsWith("lynq-test-")) await objects.remove({ apiVersion: RBAC, kind: "ClusterRole", name });
  }
  await install(objects);
  const client = createKubeClient(fixedCredentials({
    server: on.plane.server,
    token: await accountToken(on.plane),
    tls: { caCerts: [on.plane.caPem] },
  }));
  try {
    for (const namespace of ["lynq-system", "elsewhere"]) {
      const file = new URL(`../golden/rbac/${namespace}.txt`, import.meta.url);
      if (Deno.env.get("GOLDEN_UPDATE") === "1") {
        await Deno.writeTextFile(file, `${(await rightsIn(namespace, client)).join("\n")}\n`);
      }
      const written = (await Deno.readTextFile(file)).trimEnd().split("\n");
      // The sum of roles follows a little later.
      await until("the rights of the account", async () => {
        const found = await rightsIn(namespace, client);
        return JSON.stringify(found) === JSON.stringify(written);
      }).catch(() => undefined);
      assert.deepEqual(await rightsIn(namespace, client), written, namespace);
    }
  } finally {
    client.close();
  }
});
