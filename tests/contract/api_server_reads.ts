import assert from "node:assert/strict";
import type { AnswerBody } from "../support/answer_body.ts";
import { type ApiServerCase, type CaseClient, configMap, deployment } from "./api_server_case.ts";

async function four(on: CaseClient): Promise<void> {
  for (const name of ["a", "b", "c", "d"]) {
    const labels = { letter: name, half: name < "c" ? "first" : "second" };
    await on.create(on.core("/configmaps"), configMap(`list-${name}`, { metadata: { labels } }));
  }
}

function names(body: AnswerBody): readonly string[] {
  return body.items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("list-"));
}

const table = "application/json;as=Table;v=v1;g=meta.k8s.io";

/** Lists, selectors, pages, tables and discovery. */
export const readCases: readonly ApiServerCase[] = [
  {
    name: "a list is ordered, typed and carries a resourceVersion",
    run: async (on) => {
      await four(on);
      const { body } = await on.get(on.core("/configmaps"));
      assert.equal(body.kind, "ConfigMapList");
      assert.equal(body.apiVersion, "v1");
      assert.match(body.metadata.resourceVersion, /^\d+$/);
      assert.deepEqual(names(body), ["list-a", "list-b", "list-c", "list-d"]);
      assert.equal(body.items[0].kind, undefined);
    },
  },
  {
    name: "pages continue the first page's version, whatever is written in between",
    run: async (on) => {
      await four(on);
      const selector = "labelSelector=letter";
      const first = await on.get(on.core(`/configmaps?limit=2&${selector}`));
      assert.deepEqual(names(first.body), ["list-a", "list-b"]);
      assert.ok(first.body.metadata.continue);
      await on.create(
        on.core("/configmaps"),
        configMap("list-bb", { metadata: { labels: { letter: "bb" } } }),
      );
      await on.delete(on.core("/configmaps/list-d"));
      const token = encodeURIComponent(first.body.metadata.continue);
      const second = await on.get(on.core(`/configmaps?limit=2&${selector}&continue=${token}`));
      assert.deepEqual(names(second.body), ["list-c", "list-d"]);
      assert.equal(second.body.metadata.continue ?? "", "");
      assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
    },
  },
  {
    name: "an unselected page tells how many remain",
    run: async (on) => {
      await four(on);
      const { body } = await on.get(on.core("/configmaps?limit=1"));
      assert.ok(body.metadata.remainingItemCount >= 3);
      const broken = await on.get(on.core("/configmaps?limit=1&continue=abc"));
      assert.equal(broken.status, 400);
      assert.equal(broken.body.reason, "BadRequest");
    },
  },
  {
    name: "label selectors in all their forms",
    run: async (on) => {
      await four(on);
      const found = async (selector: string) =>
        names((await on.get(on.core(`/configmaps?labelSelector=${encodeURIComponent(selector)}`))).body);
      assert.deepEqual(await found("letter=a"), ["list-a"]);
      assert.deepEqual(await found("letter==a,half=first"), ["list-a"]);
      assert.deepEqual(await found("letter,letter!=a"), ["list-b", "list-c", "list-d"]);
      assert.deepEqual(await found("letter in (a, d)"), ["list-a", "list-d"]);
      assert.deepEqual(await found("letter,letter notin (a,d)"), ["list-b", "list-c"]);
      assert.deepEqual(await found("half,!missing,half=second"), ["list-c", "list-d"]);
      const refused = await on.get(on.core("/configmaps?labelSelector=a%3D%3D%3Db"));
      assert.equal(refused.status, 400);
    },
  },
  {
    name: "field selectors by name, and a 400 for a field that is not selectable",
    run: async (on) => {
      await four(on);
      const one = await on.get(on.core("/configmaps?fieldSelector=metadata.name%3Dlist-b"));
      assert.deepEqual(names(one.body), ["list-b"]);
      const others = await on.get(on.core("/configmaps?fieldSelector=metadata.name!%3Dlist-b"));
      assert.deepEqual(names(others.body), ["list-a", "list-c", "list-d"]);
      const refused = await on.get(on.core("/configmaps?fieldSelector=data.x%3Dy"));
      assert.equal(refused.status, 400);
      assert.equal(refused.body.reason, "BadRequest");
    },
  },
  {
    name: "deletecollection deletes what its selector means",
    run: async (on) => {
      await four(on);
      const deleted = await on.delete(on.core("/configmaps?labelSelector=half%3Dfirst"));
      assert.equal(deleted.status, 200);
      assert.deepEqual(names((await on.get(on.core("/configmaps"))).body), ["list-c", "list-d"]);
    },
  },
  {
    name: "a version that is not there yet is a 504",
    run: async (on) => {
      const refused = await on.get(on.core("/configmaps?resourceVersion=999999999"));
      assert.equal(refused.status, 504);
      assert.equal(refused.body.details.causes[0].reason, "ResourceVersionTooLarge");
    },
  },
  {
    name: "metadata only, for one object and for a list",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("list-a", { data: { secret: "value" } }));
      const one = await on.get(on.core("/configmaps/list-a"), {
        accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
      });
      assert.equal(one.body.kind, "PartialObjectMetadata");
      assert.equal(one.body.data, undefined);
      const all = await on.get(on.core("/configmaps"), {
        accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
      });
      assert.equal(all.body.kind, "PartialObjectMetadataList");
      assert.deepEqual(names(all.body), ["list-a"]);
      assert.equal(all.body.items[0].data, undefined);
    },
  },
  {
    name: "tables have the columns and cells that kubectl prints",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("list-a", { data: { x: "1", y: "2" } }));
      const maps = (await on.get(on.core("/configmaps/list-a"), { accept: table })).body;
      assert.equal(maps.kind, "Table");
      const columns = (body: AnswerBody) =>
        body.columnDefinitions.map(({ name, type, priority }) => `${name} ${type} ${priority}`);
      assert.deepEqual(columns(maps), ["Name string 0", "Data string 0", "Age string 0"]);
      assert.deepEqual(maps.rows[0].cells.slice(0, 2), ["list-a", 2]);
      assert.equal(maps.rows[0].object.kind, "PartialObjectMetadata");
      await on.create(on.group("apps/v1", "/deployments"), deployment("web", { paused: true, replicas: 0 }));
      const deployments = (await on.get(on.group("apps/v1", "/deployments"), { accept: table })).body;
      assert.deepEqual(columns(deployments), [
        "Name string 0",
        "Ready string 0",
        "Up-to-date string 0",
        "Available string 0",
        "Age string 0",
        "Containers string 1",
        "Images string 1",
        "Selector string 1",
      ]);
      const { cells } = deployments.rows[0];
      assert.deepEqual([...cells.slice(0, 4), ...cells.slice(5)], [
        "web",
        "0/0",
        0,
        0,
        "main",
        "nginx:1",
        "app=web",
      ]);
    },
  },
  {
    name: "discovery, old and aggregated, names kinds, short names, verbs and subresources",
    run: async (on) => {
      const legacy = (await on.get("/apis/apps/v1")).body;
      assert.equal(legacy.kind, "APIResourceList");
      const deployments = legacy.resources.find(({ name }) => name === "deployments");
      assert.equal(deployments?.kind, "Deployment");
      assert.equal(deployments?.namespaced, true);
      assert.deepEqual(deployments?.shortNames, ["deploy"]);
      assert.ok(deployments?.verbs.includes("watch"));
      assert.ok(legacy.resources.some(({ name }) => name === "deployments/scale"));
      const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
      const aggregated = await on.get("/apis", { accept });
      assert.match(aggregated.headers.get("content-type") ?? "", /as=APIGroupDiscoveryList/);
      const apps = aggregated.body.items.find((one) => one.metadata.name === "apps");
      const found = apps?.versions[0].resources.find(({ resource }) => resource === "deployments");
      assert.equal(found?.responseKind.kind, "Deployment");
      assert.equal(found?.scope, "Namespaced");
      assert.deepEqual(
        found?.subresources.map(({ subresource }) => subresource).sort(),
        ["scale", "status"],
      );
      assert.equal((await on.get("/apis/no.such.group/v1")).status, 404);
      assert.equal((await on.get(on.core("/nosuchthings"))).status, 404);
    },
  },
  {
    name: "version, health and OpenAPI answer",
    run: async (on) => {
      assert.equal((await on.get("/version")).body.major, "1");
      for (const path of ["/healthz", "/livez", "/readyz"]) assert.equal((await on.get(path)).body, "ok");
      const parsed = (body: unknown) => typeof body === "string" ? JSON.parse(body) : body;
      const index = parsed((await on.get("/openapi/v3")).body);
      const document = parsed((await on.get(index.paths["apis/apps/v1"].serverRelativeURL)).body);
      assert.ok(document.components.schemas["io.k8s.api.apps.v1.Deployment"]);
      assert.ok(document.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"].patch);
    },
  },
  {
    name: "an access review of the administrator allows",
    run: async (on) => {
      const spec = { resourceAttributes: { verb: "create", resource: "pods", namespace: on.namespace } };
      const review = await on.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec,
      });
      assert.equal(review.status, 201);
      assert.equal(review.body.status.allowed, true);
    },
  },
];
