import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { requireControlPlane } from "../support/control_plane.ts";

const answer = await requireControlPlane();

Deno.test({
  name: "discovery finds kinds of the real server",
  ignore: answer.kind === "skip",
  fn: async () => {
    if (answer.kind === "skip") return;
    const client = createKubeClient(answer.plane.credentials("admin"));
    try {
      const discovery = createDiscovery({ client });
      assert.deepEqual(await discovery.resolve("apps/v1", "Deployment"), {
        kind: "found",
        type: { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
      });
    } finally {
      client.close();
    }
  },
});
