import assert from "node:assert/strict";
import type { ListOptions } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { Teardown } from "./teardown.ts";

const CRD = "lynqhubs.operator.lynq.sh";
/** A node of the namespace `apps`, and what the nodes' watch has told. */
const node = { namespace: "apps", resourceVersion: "7" };
const newest = () => undefined;
const GOING = { deletionTimestamp: "2026-01-01T00:00:00Z" };

/** A cluster whose objects have this metadata, by name, and the names that were asked for. */
function cluster(objects: Record<string, KubeObject["metadata"]>, error?: Error) {
  const asked: string[] = [];
  const client = {
    list: async function* ({ fieldSelector = "" }: ListOptions) {
      const name = fieldSelector.replace("metadata.name=", "");
      asked.push(name);
      await Promise.resolve();
      if (error !== undefined) throw error;
      const metadata = objects[name];
      yield {
        items: metadata === undefined ? [] : [{ metadata: { name, ...metadata } }],
        resourceVersion: "1",
      };
    },
  };
  return { asked, client };
}

Deno.test("what is being deleted is named: a kind of ours, the operator's namespace, the node's", async () => {
  const around = (objects: Record<string, KubeObject["metadata"]>) =>
    new Teardown({ client: cluster(objects).client, namespace: "lynq-system", newest }).around(node);
  assert.equal(await around({ [CRD]: {}, apps: {}, "lynq-system": {} }), undefined);
  assert.equal(await around({ [CRD]: GOING }), `CustomResourceDefinition ${CRD}`);
  assert.equal(await around({ apps: GOING }), "Namespace apps");
  assert.equal(await around({ "lynq-system": GOING }), "Namespace lynq-system");
  assert.equal(await around({ others: GOING }), undefined);
});

Deno.test("a teardown that is confirmed on what goes is none, and each that goes needs it", async () => {
  const annotations = { "lynq.sh/confirm-teardown": "true" };
  const confirmed = cluster({ [CRD]: { ...GOING, annotations } });
  assert.equal(
    await new Teardown({ client: confirmed.client, namespace: undefined, newest }).around(node),
    undefined,
  );
  const other = cluster({ [CRD]: { ...GOING, annotations }, apps: GOING });
  assert.equal(
    await new Teardown({ client: other.client, namespace: undefined, newest }).around(node),
    "Namespace apps",
  );
});

Deno.test("many nodes share an answer that is younger than their questions", async () => {
  const { asked, client } = cluster({});
  const teardown = new Teardown({ client, namespace: undefined, newest });
  await Promise.all(Array.from({ length: 100 }, () => teardown.around(node)));
  assert.equal(asked.filter((name) => name === "apps").length, 2);
});

Deno.test("what may not be read is not known to go; what is not answered is asked again", async () => {
  const refused = new KubeError("no", { status: 403, reason: "Forbidden" });
  const busy = new KubeError("later", { status: 500, reason: "InternalError" });
  const around = (error: Error) =>
    new Teardown({ client: cluster({}, error).client, namespace: undefined, newest }).around(node);
  assert.equal(await around(refused), undefined);
  await assert.rejects(around(busy), busy);
});

Deno.test("an answer holds for the nodes whose deletion was known when it was asked for, as long as nothing goes", async () => {
  const { asked, client } = cluster({});
  let told = "7";
  const teardown = new Teardown({ client, namespace: undefined, newest: () => told });
  const places = 4;
  await teardown.around(node);
  assert.equal(asked.length, places);
  await teardown.around({ ...node, resourceVersion: "5" });
  await teardown.around(node);
  assert.equal(asked.length, places);
  told = "10";
  await teardown.around({ ...node, resourceVersion: "8" });
  assert.equal(asked.length, 2 * places);
  await teardown.around({ ...node, resourceVersion: "10" });
  assert.equal(asked.length, 2 * places);
  await teardown.around({ namespace: "others", resourceVersion: "10" });
  assert.equal(asked.length, 2 * places + 1);
});

Deno.test("namespaces that came and went are not remembered for ever", async () => {
  const { asked, client } = cluster({});
  const teardown = new Teardown({ client, namespace: undefined, newest: () => "7" });
  const times = () => asked.filter((name) => name === "apps").length;
  await teardown.around(node);
  await teardown.around(node);
  assert.equal(times(), 1);
  for (let n = 0; n < 2000; n++) await teardown.around({ ...node, namespace: `preview-${n}` });
  await teardown.around(node);
  assert.equal(times(), 2);
});
