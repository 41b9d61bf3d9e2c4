import assert from "node:assert/strict";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { AccessReviewer } from "../../src/operator/http_access.ts";
import { EventWriter } from "../../src/telemetry/event_writer.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest, CONFIG_MAP, configMap } from "../support/control_plane_case.ts";

const answer = await requireControlPlane();
const EVENT: ResourceType = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true };

clusterTest(
  answer,
  "events are kept by the API server, counted, and made anew when they are gone",
  async (on) => {
    const at = { namespace: on.namespace, name: "subject" };
    const { metadata } = await on.client.create(CONFIG_MAP, configMap(at, { a: "1" }));
    const regarding = { apiVersion: "v1", kind: "ConfigMap", ...at, uid: metadata.uid ?? "" };
    const drops: string[] = [];
    const writer = new EventWriter({
      client: on.client,
      component: "lynq",
      log: silentLog,
      metrics: { eventDropped: (reason) => drops.push(reason) },
    });
    const selector = { type: EVENT, namespace: on.namespace, fieldSelector: "involvedObject.name=subject" };
    const counts = async () => {
      const found: unknown[] = [];
      for await (const page of on.client.list(selector)) {
        found.push(...page.items.map((event) => [event["reason"], event["count"], event["message"]]));
      }
      return JSON.stringify(found);
    };
    const until = async (want: unknown[]) => {
      for (let tries = 0; tries < 1_000 && await counts() !== JSON.stringify(want); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(await counts(), JSON.stringify(want));
    };
    const record = (message: string) =>
      writer.record({
        regarding,
        type: "Warning",
        reason: "ApplyFailed",
        message,
        component: "lynqnode-controller",
      });
    record("boom");
    await until([["ApplyFailed", 1, "boom"]]);
    record("boom");
    await until([["ApplyFailed", 2, "boom"]]);
    for await (const page of on.client.list(selector)) {
      for (const event of page.items) {
        assert.deepEqual(event["source"], { component: "lynqnode-controller" });
        await on.client.delete({ type: EVENT, namespace: on.namespace, name: event.metadata.name ?? "" });
      }
    }
    record("boom");
    await until([["ApplyFailed", 3, "boom"]]);
    record("\u00e4".repeat(2_000));
    await writer.close(30_000);
    assert.deepEqual(drops, []);
  },
);

clusterTest(answer, "the API server tells who may read the metrics", async (on) => {
  const reviewer = new AccessReviewer({ client: on.client });
  const review = async (token: string) =>
    (await reviewer.review(
      new Request("https://x/metrics", { headers: { authorization: `Bearer ${token}` } }),
    )).kind;
  assert.deepEqual([await review("operator"), await review("plain"), await review("nobody")], [
    "allowed",
    "forbidden",
    "unauthenticated",
  ]);
});
