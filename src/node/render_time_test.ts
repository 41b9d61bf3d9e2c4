import assert from "node:assert/strict";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { prepareResource } from "./prepared_form.ts";

const LONG = "{{ range until 20000 }}{{ end }}x";
const NODE = { namespace: "default", name: "acme-web", uid: "u" };

/** Renders with so many milliseconds left at each template, one after another. */
function rendered(lefts: readonly number[]) {
  const left = lefts.values();
  const data = { a: LONG, b: LONG, c: "{{ .plan }}" };
  const resource = prepareResource(
    resourceOf({ id: "r", spec: { apiVersion: "v1", kind: "ConfigMap", data } }),
  );
  return resource.render(NODE, { uid: "acme", plan: "pro" }, { left: () => left.next().value ?? 5000 });
}

Deno.test("all templates of a resource share one time, and the one that it ends in is told", () => {
  assert.equal(rendered([5000, 5000]).kind, "rendered");
  const late = rendered([5000, 0]);
  assert(late.kind === "unrendered");
  assert.equal(late.field, "spec.data.b");
  assert.match(late.message, /takes longer than 0 ms/);
});

Deno.test("includeWhen is part of that time", () => {
  const resource = prepareResource(resourceOf({ id: "r", includeWhen: `${LONG}{{ true }}` }));
  const answer = resource.inclusion({ uid: "acme" }, { left: () => 0 });
  assert(answer.kind === "unrendered");
  assert.equal(answer.field, "includeWhen");
});
