import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { prepareResource } from "./prepared_form.ts";

const inclusion = (includeWhen: string | undefined, variables: Record<string, string> = {}) =>
  prepareResource(resourceOf({ id: "a", includeWhen })).inclusion(variables);

Deno.test("an includeWhen gives true or false, with space around it and as a boolean too", () => {
  assert.equal(inclusion(undefined).kind, "included");
  assert.equal(inclusion("").kind, "included");
  assert.equal(inclusion("true").kind, "included");
  assert.equal(inclusion('{{ eq .plan "pro" }}', { plan: "pro" }).kind, "included");
  assert.equal(inclusion('\n{{ eq .plan "pro" }}\n', { plan: "free" }).kind, "excluded");
  assert.equal(inclusion("{{ bool .flag }}", { flag: "yes" }).kind, "included");
  assert.equal(inclusion("{{ bool .flag }}", { flag: "0" }).kind, "excluded");
  assert.equal(inclusion('{{ .flag | default "false" }}').kind, "excluded");
});

Deno.test("any other text is an error of the field that quotes no value", () => {
  const told = (text: string, value: string) => {
    const answer = inclusion(text, { flag: value });
    assert(answer.kind === "unrendered");
    assert.equal(answer.field, "includeWhen");
    return answer.message;
  };
  assert.match(
    told("{{ .flag }}", "secret!"),
    /^it gives a text of 7 characters where true or false is wanted: /,
  );
  assert.match(told("{{ .flag }}", ""), /^it gives an empty text/);
  assert.match(told("{{ .flag }}", "True"), /^it gives a text of 4 characters/);
  assert.match(told("{{ .nope }}", ""), /no entry for key "nope"/);
});

const when = '{{ eq .plan "pro" }}';
const CONFIG = { apiVersion: "v1", kind: "ConfigMap", namespace: "default" };
const there = async (lab: NodeLab, name: string) => await lab.objects.get({ ...CONFIG, name }) !== undefined;

Deno.test("what is left out is not there, counts nowhere, is listed, and satisfies what depends on it", async () => {
  await withNode(async (lab) => {
    const wanted = [
      resourceOf({ id: "extra", includeWhen: when }),
      resourceOf({ id: "after", dependIds: ["extra"] }),
    ];
    await lab.want(wanted, { plan: "free" });
    const without = (await lab.pass()).status;
    assert.deepEqual([await there(lab, "acme-extra"), await there(lab, "acme-after")], [false, true]);
    assert.deepEqual(without.excludedResourceIds, ["extra"]);
    assert.deepEqual([without.desiredResources, without.readyResources, without.skippedResources], [1, 1, 0]);
    assert.deepEqual(without.conditions?.find(({ type }) => type === "Ready")?.status, "True");
    assert.equal((await lab.pass()).writes, 0);

    await lab.want(wanted, { plan: "pro" });
    const both = (await lab.pass()).status;
    assert.equal(await there(lab, "acme-extra"), true);
    assert.deepEqual([both.excludedResourceIds, both.desiredResources], [undefined, 2]);

    await lab.want(wanted, { plan: "free" });
    await lab.pass();
    assert.deepEqual([await there(lab, "acme-extra"), await there(lab, "acme-after")], [false, true]);
  });
});

Deno.test("an answer that is neither keeps the object and tells the field", async () => {
  await withNode(async (lab) => {
    const wanted = [resourceOf({ id: "extra", includeWhen: "{{ .on }}" })];
    await lab.want(wanted, { on: "true" });
    await lab.pass();
    await lab.want(wanted, { on: "perhaps" });
    const { status } = await lab.pass();
    assert.equal(await there(lab, "acme-extra"), true);
    assert.equal(status.resources?.[0]?.reason, "TemplateRenderError");
    assert.match(status.resources?.[0]?.message ?? "", /includeWhen: it gives a text of 7 characters/);
    assert.equal(status.excludedResourceIds, undefined);
    await lab.want(wanted, { on: "false" });
    await lab.pass();
    assert.equal(await there(lab, "acme-extra"), false);
  });
});

Deno.test("what is left out goes by its recorded policy", async () => {
  await withNode(async (lab) => {
    const wanted = [resourceOf({ id: "kept", includeWhen: when, deletionPolicy: "Retain" })];
    await lab.want(wanted, { plan: "pro" });
    await lab.pass();
    await lab.want(wanted, { plan: "free" });
    await lab.pass();
    const object = await lab.objects.get({ ...CONFIG, name: "acme-kept" });
    assert.equal(object?.metadata.labels?.["lynq.sh/orphaned"], "true");
    await lab.want(wanted, { plan: "pro" });
    await lab.pass();
    const back = await lab.objects.get({ ...CONFIG, name: "acme-kept" });
    assert.equal(back?.metadata.labels?.["lynq.sh/orphaned"], undefined);
  });
});
