import assert from "node:assert/strict";
import { createOpenApi } from "../../src/kube/open_api.ts";
import { prepareForm } from "../../src/node/prepared_form.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest } from "../support/control_plane_case.ts";
import { resource } from "../../src/api/resource.ts";

const answer = await requireControlPlane();

clusterTest(answer, "the API server's schemas tell which fields are text", async ({ client }) => {
  const types = await createOpenApi({ client }).fieldTypes("apps/v1", "Deployment");
  const of = (path: string) => types?.(path.split("."));
  assert.equal(of("spec.replicas"), "other");
  assert.equal(of("spec.paused"), "other");
  assert.equal(of("spec.template.spec.containers.env.value"), "text");
  assert.equal(of("spec.template.spec.containers.ports.containerPort"), "other");
  assert.equal(of("spec.template.spec.containers.livenessProbe.httpGet.port"), "other");
  assert.equal(of("spec.template.spec.containers.args"), "text");
  assert.equal(of("spec.template.metadata.annotations.anything"), "text");
  assert.equal(of("spec.strategy.rollingUpdate.maxSurge"), "other");
  assert.equal(of("spec.nowhere"), undefined);
});

clusterTest(answer, "a kind without schema has none, and a ConfigMap's data is text", async ({ client }) => {
  const openApi = createOpenApi({ client });
  assert.equal(await openApi.fieldTypes("example.com/v9", "Nothing"), undefined);
  assert.equal((await openApi.fieldTypes("v1", "ConfigMap"))?.(["data", "n"]), "text");
});

clusterTest(answer, "a typed template becomes text where the schema wants text", async ({ client }) => {
  const types = await createOpenApi({ client }).fieldTypes("apps/v1", "Deployment");
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: {
      replicas: "{{ .n | int }}",
      template: {
        spec: { containers: [{ args: ["{{ .n | int }}"], ports: [{ containerPort: "{{ .n | int }}" }] }] },
      },
    },
  };
  const entry = resource.parse({ id: "app", nameTemplate: "app", spec: deployment });
  const form = prepareForm({ deployments: [entry] }, () => types);
  const rendered = form.resources[0]?.render({ namespace: "a", name: "b", uid: "c" }, { n: "3" });
  assert(rendered?.kind === "rendered");
  assert.deepEqual(rendered.object["spec"], {
    replicas: 3,
    template: { spec: { containers: [{ args: ["3"], ports: [{ containerPort: 3 }] }] } },
  });
});
