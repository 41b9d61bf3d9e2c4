import assert from "node:assert/strict";
import { formSpecOf, hubSpecOf, resourceOf } from "../../tests/support/stored_objects.ts";
import type { FormSpec } from "../api/form.ts";
import type { Resource } from "../api/resource.ts";
import { checkForm, type CheckInput } from "./check.ts";

const HUB = hubSpecOf({ extraValueMappings: { deployImage: "image", plan: "plan" } });

function messages(
  configMaps: readonly Resource[],
  { form = {}, hub = HUB }: { form?: Partial<FormSpec>; hub?: CheckInput["hub"] } = {},
) {
  const spec = formSpecOf({ configMaps: [...configMaps], ...form });
  return checkForm({ namespace: "ns", spec, hub }).map(({ reason, message }) => `${reason}: ${message}`);
}

const data = (template: string, part: Partial<Resource> = {}) =>
  resourceOf({ id: "a", spec: { apiVersion: "v1", kind: "ConfigMap", data: { k: template } }, ...part });

Deno.test("a variable that the hub doesn't map is told with what was probably meant and with what there is", () => {
  assert.deepEqual(messages([data("{{ .deployImge }}")]), [
    "UnknownVariable: Resource a (configMaps[0]), spec.data.k: unknown variable .deployImge; did you mean " +
    ".deployImage; hub hub maps uid, activate, hostOrUrl, host, hubId, templateRef, deployImage, plan: add it to " +
    'the hub\'s extraValueMappings, or write {{ .deployImge | default "..." }}',
  ]);
});

Deno.test("a variable that is missing in many fields is told once", () => {
  const many = [
    data("{{ .other }}", { nameTemplate: "{{ .uid }}-{{ .other }}" }),
    data("{{ .other }}", { id: "b" }),
  ];
  const [told, ...more] = messages(many);
  assert.deepEqual(more, []);
  assert.match(
    told ?? "",
    /\(configMaps\[0\]\), nameTemplate: unknown variable \.other; hub hub .*\(and in 2 more fields\)$/,
  );
});

Deno.test("the names of very many variables are cut", () => {
  const extraValueMappings = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`v${n}`, `c${n}`]));
  const [told = ""] = messages([data("{{ .nothinglike }}")], { hub: hubSpecOf({ extraValueMappings }) });
  assert.match(told, /and 486 more: add it/);
  assert.ok(told.length < 600);
});

Deno.test("what every use gives a default may be missing, in the hub and in the row", () => {
  assert.deepEqual(
    messages([data('{{ .gone | default "x" }}'), data('{{ coalesce .gone .plan "y" }}', { id: "b" })]),
    [],
  );
  assert.equal(messages([data('{{ .gone | default "x" }}'), data("{{ .gone }}", { id: "b" })]).length, 1);
  assert.equal(messages([data('{{ .gone | trim | default "x" }}')]).length, 1);
});

Deno.test("variables that every node has are mapped by every hub", () => {
  const all = "{{ .uid }}{{ .activate }}{{ .host }}{{ .hostOrUrl }}{{ .hubId }}{{ .templateRef }}";
  assert.deepEqual(messages([data(all)], { hub: hubSpecOf() }), []);
});

Deno.test("what looks up a name at run time can't be checked and is left to the row", () => {
  assert.deepEqual(
    messages([data('{{ index . "gone" }}{{ hasKey . "gone" }}{{ get . "gone" }}{{ toJson . }}')]),
    [],
  );
});

Deno.test("without the hub nothing is said of variables", () => {
  assert.deepEqual(messages([data("{{ .gone }}")], { hub: "unknown" }), []);
  assert.deepEqual(messages([data("{{ .gone }}")], { hub: "absent" }).map((text) => text.split(":")[0]), [
    "HubNotFound",
  ]);
});

Deno.test("a rollout goes by variables that rows have", () => {
  const order = (value: string) => ({
    rollout: formSpecOf({ rollout: { order: { value, first: ["pro"] } } as never }).rollout,
  });
  assert.deepEqual(messages([], { form: order("plan") }), []);
  assert.match(
    messages([], { form: order("plam") })[0] ?? "",
    /spec\.rollout\.order\.value: unknown variable \.plam; did you mean \.plan/,
  );
});

Deno.test("a name can be made of random characters, but not of a key", () => {
  assert.deepEqual(
    messages([resourceOf({ id: "a", nameTemplate: "{{ .uid }}-{{ randAlphaNum 5 | lower }}" })]),
    [],
  );
  assert.match(
    messages([resourceOf({ id: "a", nameTemplate: '{{ genPrivateKey "ed25519" | sha1sum }}' })])[0] ?? "",
    /nameTemplate: genPrivateKey makes something else at every rendering/,
  );
});

Deno.test("an includeWhen is true, false or a template over the row", () => {
  const told = (includeWhen: string) =>
    messages([resourceOf({ id: "a", includeWhen })]).map((text) => text.split("includeWhen: ")[1]);
  for (const fine of ["", "true", " false\n", '{{ eq .plan "pro" }}', "{{ bool .plan }}"]) {
    assert.deepEqual(told(fine), []);
  }
  assert.match(told("maybe")[0] ?? "", /^"maybe" is neither true nor false nor a template/);
  assert.match(
    told('{{ gt (now | unixEpoch) "5" }}')[0] ?? "",
    /^it uses now, whose result changes by itself/,
  );
  assert.match(told("{{ if }}")[0] ?? "", /^failed to parse template/);
  assert.match(told("{{ .gone }}")[0] ?? "", /^unknown variable \.gone/);
});

Deno.test("a readyWhen that is no expression is told with its field", () => {
  assert.deepEqual(messages([resourceOf({ id: "a", readyWhen: "object.status.phase == 'Bound'" })]), []);
  assert.match(
    messages([resourceOf({ id: "a", readyWhen: "object.status ==" })])[0] ?? "",
    /\(configMaps\[0\]\), readyWhen: /,
  );
});
