import assert from "node:assert/strict";
import { tenantsHub } from "../../tests/support/hub_documents.ts";
import { withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import { guardRevision, type HeldRevision } from "./revision_guard.ts";

const GUARD = { enabled: true, maxPercent: 20, minCount: 3 };
const lost = (nodes: number) =>
  Array.from(
    { length: nodes },
    (_, n) => ({ node: `t${n}-web`, line: `t${n}-web: cache ConfigMap/t${n}-cache` }),
  );

function held(of: Partial<Parameters<typeof guardRevision>[0]> & { lost: number }): HeldRevision | undefined {
  return guardRevision({
    guard: GUARD,
    revision: "web-2",
    generation: 2,
    of: 10,
    annotation: undefined,
    told: undefined,
    deletions: lost(of.lost),
    ...of,
  });
}

Deno.test("a revision is held above the share and the count, or where all of two nodes lose something", () => {
  assert.equal(held({ lost: 3 }), undefined);
  assert.equal(held({ lost: 4 })?.nodes, 4);
  assert.equal(held({ lost: 4, of: 100 }), undefined);
  assert.equal(held({ lost: 2, of: 2 })?.nodes, 2);
  assert.equal(held({ lost: 1, of: 1 }), undefined);
});

Deno.test("without the field, or switched off, nothing is held", () => {
  assert.equal(held({ lost: 10, guard: undefined }), undefined);
  assert.equal(held({ lost: 10, guard: { ...GUARD, enabled: false } }), undefined);
});

Deno.test("the hash approves this generation, and what is left of what it was told to delete", () => {
  const first = held({ lost: 10 });
  const annotation = first?.hash ?? "";
  const told = { hash: annotation, marks: first?.marks ?? "" };
  assert.equal(held({ lost: 10, annotation }), undefined);
  assert.equal(held({ lost: 8, annotation, told }), undefined);
  assert.equal(held({ lost: 10, of: 14, deletions: [...lost(14)], annotation, told })?.nodes, 4);
  assert.equal(held({ lost: 10, annotation, generation: 4 })?.nodes, 10);
  assert.equal(held({ lost: 10, annotation, revision: "web-3" })?.nodes, 10);
});

const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const FORM = { ...API, kind: "LynqForm", name: "web" };
const objects = (id: string) =>
  `${tenantsHub("60s")}---
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  deletionGuard: {}
  configMaps:
  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", spec: {apiVersion: v1, kind: ConfigMap}}
`;

Deno.test("nodes stay on their revision until the annotation on the form approves the next one", async () => {
  await withHub(async (lab) => {
    const status = async () => (await lab.objects.get(FORM))?.["status"] as FormStatus;
    const condition = async (type: string) => findCondition((await status()).conditions, type);
    await lab.objects.apply(objects("a"));
    await lab.formPass("web");
    lab.table.rows = [{ id: "x", active: "1" }, { id: "y", active: "1" }];
    await lab.hubPass("tenants");
    const { currentRevision } = await status();

    await lab.objects.apply(objects("b"));
    lab.deletions.push(
      ...["x", "y"].map((row) => ({ node: `${row}-web`, line: `${row}-web: a ConfigMap/${row}-a` })),
    );
    await lab.formPass("web");
    assert.equal((await status()).currentRevision, currentRevision);
    assert.equal((await condition("Applied"))?.reason, "DeletionHeld");
    const { message = "" } = await condition("DeletionHeld") ?? {};
    assert.match(
      message,
      /would delete 2 objects of 2 of 2 nodes, which stay as they are: x-web: a ConfigMap\/x-a, /,
    );
    assert.equal(lab.events.events.filter(({ reason }) => reason === "DeletionHeld").length, 1);
    assert.equal((await lab.formPass("web")).writes, 0);

    const hash = /approve-deletions=([0-9a-f]+)/.exec(message)?.[1];
    await lab.objects.merge(FORM, { metadata: { annotations: { "lynq.sh/approve-deletions": hash } } });
    await lab.formPass("web");
    assert.notEqual((await status()).currentRevision, currentRevision);
    assert.equal((await condition("DeletionHeld"))?.status, "False");
    assert.equal((await status()).deletions, undefined);
  });
});
