import assert from "node:assert/strict";
import { formSpecOf, resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import { checkForm } from "./check.ts";

/** What is wrong with resources, without their ids and places. */
function told(...parts: Partial<Resource>[]): string[] {
  const manifests = parts.map((part, n) => resourceOf({ id: `r${n}`, ...part }));
  return checkForm({ namespace: "ns", spec: formSpecOf({ manifests }), hub: "unknown" }).map(({ message }) =>
    message.replace(/^Resource r\d \(manifests\[\d\]\), /, "")
  );
}

const object = (apiVersion: string, kind: string, metadata?: unknown) => ({
  apiVersion,
  kind,
  ...(metadata === undefined ? {} : { metadata }),
});

Deno.test("a literal name has the shape that its kind takes", () => {
  const name = (nameTemplate: string, apiVersion = "v1", kind = "ConfigMap") =>
    told({ nameTemplate, spec: object(apiVersion, kind) });
  assert.deepEqual(name("web.example"), []);
  assert.match(name("Web_App")[0] ?? "", /^nameTemplate: "Web_App"; Kubernetes takes at most 253 of a-z/);
  assert.match(name("x".repeat(254))[0] ?? "", /^nameTemplate: it has 254 characters/);
  assert.match(name("web.example", "v1", "Service")[0] ?? "", /at most 63 of a-z, 0-9 and '-'/);
  assert.match(name("Web", "gateway.networking.k8s.io/v1", "Gateway")[0] ?? "", /at most 253/);
  assert.deepEqual(name("Web:latest", "image.example.io/v1", "ImageStreamTag"), []);
  assert.deepEqual(name("1web", "v1", "Namespace"), []);
  assert.match(name("web.example", "v1", "Namespace")[0] ?? "", /at most 63/);
  assert.deepEqual(name("system:Web", "rbac.authorization.k8s.io/v1", "ClusterRole"), []);
  assert.match(name("a/b", "rbac.authorization.k8s.io/v1", "ClusterRole")[0] ?? "", /without '\/' and '%'/);
});

Deno.test("a form of more than 500 resources is told to be spread over several", () => {
  const of = (count: number) => told(...Array.from({ length: count }, (_, n) => ({ nameTemplate: `r${n}` })));
  assert.deepEqual(of(500), []);
  assert.deepEqual(of(501), [
    "the form has 501 resources, more than 500: spread them over several forms of the hub",
  ]);
});

Deno.test("of a name with actions, the text between them is looked at", () => {
  const name = (nameTemplate: string) => told({ nameTemplate });
  for (
    const fine of [
      "{{ .uid }}-web",
      '{{ "A_B" | lower }}',
      "{{/* Why_Not */}}{{ .uid }}",
      '{{ printf "%s}}A" .uid }}',
    ]
  ) {
    assert.deepEqual(name(fine), [], fine);
  }
  assert.match(
    name("{{ .uid }}_web")[0] ?? "",
    /^nameTemplate: its text has "_", which can be in no name here/,
  );
  assert.match(name("{{ .uid }}-web\n")[0] ?? "", /has "\\n".*\{\{- and -\}\} trim the space/);
  assert.match(
    told({ nameTemplate: "", spec: object("v1", "ConfigMap", { name: "{{ .uid }} x" }) })[0] ?? "",
    /^spec\.metadata\.name: its text has " "/,
  );
});

Deno.test("a namespace is a DNS label, in either spelling", () => {
  assert.match(
    told({ targetNamespace: "Team" })[0] ?? "",
    /^targetNamespace: "Team"; Kubernetes takes at most 63/,
  );
  assert.match(
    told({ namespaceTemplate: "{{ .uid }}.ns" })[0] ?? "",
    /^namespaceTemplate: its text has "\."/,
  );
  assert.deepEqual(told({ targetNamespace: "node-{{ .uid }}" }), []);
});

Deno.test("keys and values of labels and annotations are what Kubernetes takes", () => {
  assert.deepEqual(told({ labelsTemplate: { "example.com/tier": "{{ .plan }}", app: "" } }), []);
  assert.match(told({ labelsTemplate: { "a b": "x" } })[0] ?? "", /^labelsTemplate: the key "a b" is none/);
  assert.match(told({ labelsTemplate: { "{{ .uid }}": "x" } })[0] ?? "", /; keys are no templates: /);
  assert.match(
    told({ annotationsTemplate: { "/x": "y" } })[0] ?? "",
    /^annotationsTemplate: the key "\/x" is none/,
  );
  assert.match(
    told({ labelsTemplate: { app: "a b" } })[0] ?? "",
    /^labelsTemplate\.app: "a b"; Kubernetes takes/,
  );
  assert.match(
    told({ labelsTemplate: { app: "{{ .uid }}!" } })[0] ?? "",
    /^labelsTemplate\.app: its text has "!"/,
  );
  assert.deepEqual(told({ annotationsTemplate: { note: "any text: at all!" } }), []);
  const labelled = told({ spec: object("v1", "ConfigMap", { labels: { v: 1 }, annotations: { on: true } }) });
  assert.deepEqual(labelled, [
    "spec.metadata.labels.v: a number where a text is wanted; put it in quotes",
    "spec.metadata.annotations.on: a boolean where a text is wanted; put it in quotes",
  ]);
  assert.match(
    told({ spec: object("v1", "ConfigMap", { labels: ["a"] }) })[0] ?? "",
    /^spec\.metadata\.labels: it is no map/,
  );
});

Deno.test("an apiVersion and a kind look like one, unless a template gives them", () => {
  for (
    const [apiVersion, kind] of [["v1", "Pod"], ["example.com/v1alpha1", "XBucket"], [
      "{{ .group }}/v1",
      "{{ .kind }}",
    ]] as const
  ) {
    assert.deepEqual(told({ spec: object(apiVersion, kind) }), []);
  }
  assert.match(
    told({ spec: object("apps v1", "Pod") })[0] ?? "",
    /^spec\.apiVersion: "apps v1" is no version of an API/,
  );
  assert.match(told({ spec: object("apps/v1/x", "Pod") })[0] ?? "", /is no version/);
  assert.match(told({ spec: object("v1", "config-map") })[0] ?? "", /^spec\.kind: "config-map" is no kind/);
  assert.match(told({ spec: object("v1", "List") })[0] ?? "", /^spec\.kind: a List is no object of its own/);
});

Deno.test("an object without a name of its own is told why generateName is none", () => {
  assert.match(
    told({ nameTemplate: "", spec: object("v1", "ConfigMap", { generateName: "x-" }) })[0] ?? "",
    /lacks nameTemplate .*; spec\.metadata\.generateName would make a new object at every pass$/,
  );
});

Deno.test("two entries are never one object, unless each node has only one of them", () => {
  const same = { nameTemplate: "{{ .uid }}-x" };
  assert.match(
    told(same, same)[0] ?? "",
    /^nameTemplate: r0 \(manifests\[0\]\) has the same kind, namespace and name/,
  );
  assert.deepEqual(told(same, { ...same, targetNamespace: "other" }), []);
  assert.deepEqual(told(same, { ...same, spec: object("v1", "Secret") }), []);
  const when = (plan: string) => ({ ...same, includeWhen: `{{ eq .plan "${plan}" }}` });
  assert.deepEqual(told(when("pro"), when("free")), []);
  const random = { nameTemplate: "{{ .uid }}-{{ randNumeric 9 }}" };
  assert.deepEqual(told(random, random), []);
});
