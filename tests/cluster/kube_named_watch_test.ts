import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { NamedWatches } from "../../src/kube/named_watches.ts";
import { SECRET } from "../../src/operator/kinds.ts";
import { clusterObjects, until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";

const answer = await requireControlPlane();
const { signal } = new AbortController();

function setup(namespace: string): string {
  const rule = (name: string, verbs: string) => `
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${name}, namespace: ${namespace}}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [${name}], verbs: [${verbs}]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${name}, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name}}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: plain}]
---
apiVersion: v1
kind: Secret
metadata: {name: ${name}, namespace: ${namespace}}
stringData: {password: first}`;
  return `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}}${rule("watched", "get, list, watch")}${rule("got", "get")}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden, namespace: ${namespace}}
stringData: {password: first}`;
}

if (answer.kind === "skip") {
  Deno.test({
    name: `a Secret is watched by its name (skipped: ${answer.reason})`,
    ignore: true,
    fn: () => {},
  });
} else {
  Deno.test("a Secret is watched by its name with the rights to it alone, or read where only that is allowed", async () => {
    const { plane } = answer;
    const admin = createKubeClient(plane.credentials("admin"));
    const requests: string[] = [];
    const plain = createKubeClient(plane.credentials("plain"), {
      onRequest: ({ verb, code }) => requests.push(`${verb} ${code}`),
    });
    const namespace = `named-${crypto.randomUUID().slice(0, 8)}`;
    const woken: string[] = [];
    const watches = new NamedWatches<unknown>({
      client: plain,
      type: SECRET,
      project: (object) => object["data"],
      differs: (was, now) => JSON.stringify(was) !== JSON.stringify(now),
      onChange: (user) => woken.push(user),
    });
    const read = async (...names: string[]) =>
      Object.fromEntries(await watches.read({ user: "hub", namespace, names }, signal));
    const objects = clusterObjects(admin);
    try {
      await objects.apply(setup(namespace));
      const found = (text: string) => ({ kind: "found", value: { password: btoa(text) } });
      await until("the rights to be there", async () => {
        const answers = await read("watched", "got", "hidden");
        watches.release("hub");
        return answers["watched"]?.kind === "found" && answers["got"]?.kind === "found";
      });
      assert.deepEqual(await read("watched", "got", "hidden"), {
        watched: found("first"),
        got: found("first"),
        hidden: { kind: "refused" },
      });
      requests.splice(0);
      assert.deepEqual(await read("watched"), { watched: found("first") });
      assert.deepEqual(requests.filter((request) => !request.startsWith("watch")), []);
      const which = { apiVersion: "v1", kind: "Secret", namespace, name: "watched" };
      await objects.merge(which, { stringData: { password: "second" } });
      await until("the hub to be told", () => Promise.resolve(woken.length > 0));
      assert.deepEqual(await read("watched"), { watched: found("second") });
    } finally {
      await watches.stop();
      await objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace });
      plain.close();
      admin.close();
    }
  });
}
