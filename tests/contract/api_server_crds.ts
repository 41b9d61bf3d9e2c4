import assert from "node:assert/strict";
import type { ApiServerCase } from "./api_server_case.ts";
import { crds, define, definition } from "./api_server_widget.ts";

/** CustomResourceDefinitions and their instances. */
export const crdCases: readonly ApiServerCase[] = [
  {
    name: "a custom resource is served with defaults, and fields that its schema does not name are pruned",
    run: async (on) => {
      const { kind, path } = await define(on);
      const spec = { id: "abc", extra: 1, items: [{ id: "a", q: 1 }], free: { x: { y: 1 } }, port: "http" };
      const made = await on.create(path(), kind("w", spec));
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.equal(made.body.metadata.generation, 1);
      assert.deepEqual(made.body.spec, {
        id: "abc",
        replicas: 1,
        max: 10,
        mode: "a",
        items: [{ id: "a", v: "z" }],
        free: { x: { y: 1 } },
        port: "http",
      });
      const strict = await on.create(`${path()}?fieldValidation=Strict`, kind("s", spec));
      assert.equal(strict.status, 400);
      assert.equal(
        strict.body.message,
        'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.extra", ' +
          'unknown field "spec.items[0].q"',
      );
    },
  },
  {
    name: "every broken rule of the schema is a cause with its field",
    run: async (on) => {
      const { kind, path } = await define(on);
      const refused = await on.create(
        path(),
        kind("w", { id: "A", replicas: -1, mode: "c", port: 1.5, items: [{ id: "a" }, { id: "a" }] }),
      );
      assert.equal(refused.status, 422);
      const causes = refused.body.details.causes.map((
        cause: { reason: string; message: string; field: string },
      ) => `${cause.field} ${cause.reason} ${cause.message}`);
      assert.deepEqual(causes.toSorted(), [
        ".spec.replicas FieldValueInvalid Invalid value: -1: should be a non-negative integer",
        "<nil> FieldValueInvalid Invalid value: null: some validation rules were not checked because the object was " +
        "invalid; correct the existing errors to complete validation",
        'spec.id FieldValueInvalid Invalid value: "A": spec.id in body should be at least 2 chars long',
        'spec.items[1] FieldValueDuplicate Duplicate value: {"id":"a"}',
        'spec.mode FieldValueNotSupported Unsupported value: "c": supported values: "a", "b"',
        'spec.port FieldValueTypeInvalid Invalid value: "number": spec.port in body must be of type integer,string: "number"',
        "spec.replicas FieldValueInvalid Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
      ]);
    },
  },
  {
    name: "missing fields and wrong types are refused",
    run: async (on) => {
      const { kind, path } = await define(on);
      const missing = await on.create(path(), kind("w", { items: [{}] }));
      assert.equal(missing.status, 422);
      const fields = missing.body.details.causes.map(({ field }) => field);
      assert.deepEqual(fields.toSorted(), ["<nil>", "spec.id", "spec.items[0].id"]);
      const typed = await on.create(path(), kind("w", { id: 3 }));
      assert.deepEqual(typed.body.details.causes[0], {
        reason: "FieldValueTypeInvalid",
        message: 'Invalid value: "integer": spec.id in body must be of type string: "integer"',
        field: "spec.id",
      });
    },
  },
  {
    name: "CEL rules hold on create, and transition rules on update",
    run: async (on) => {
      const { kind, path } = await define(on);
      const over = await on.create(path(), kind("w", { id: "abc", replicas: 11 }));
      assert.equal(over.status, 422);
      assert.match(over.body.message, / is invalid: spec: Invalid value: "object": replicas over max$/);
      assert.equal((await on.create(path(), kind("w", { id: "abc" }))).status, 201);
      const moved = await on.patch(path("w"), "merge", { spec: { id: "xyz" } });
      assert.equal(moved.status, 422);
      assert.deepEqual(moved.body.details.causes, [{
        reason: "FieldValueInvalid",
        message: 'Invalid value: "object": id is immutable',
        field: "spec",
      }]);
    },
  },
  {
    name: "status and scale are subresources, and the generation counts the rest",
    run: async (on) => {
      const { kind, path } = await define(on);
      const made = await on.create(path(), {
        ...kind("w", { id: "abc" }) as object,
        status: { ready: "yes" },
      });
      assert.equal(made.body.status, undefined);
      const status = await on.patch(`${path("w")}/status`, "merge", {
        status: { ready: "yes" },
        spec: { max: 99 },
      });
      assert.equal(status.body.status.ready, "yes");
      assert.equal(status.body.spec.max, 10);
      assert.equal(status.body.metadata.generation, 1);
      const scaled = await on.patch(`${path("w")}/scale`, "merge", { spec: { replicas: 4 } });
      assert.equal(scaled.body.kind, "Scale");
      const live = await on.get(path("w"));
      assert.equal(live.body.spec.replicas, 4);
      assert.equal(live.body.metadata.generation, 2);
    },
  },
  {
    name: "a replacement must say which version it replaces, and takes no strategic patch",
    run: async (on) => {
      const { kind, path } = await define(on);
      await on.create(path(), kind("w", { id: "abc" }));
      const refused = await on.ask("PUT", path("w"), { body: kind("w", { id: "abc", max: 3 }) });
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "metadata.resourceVersion");
      assert.match(refused.body.details.causes[0].message, /must be specified for an update/);
      assert.equal((await on.patch(path("w"), "strategic", { spec: { max: 3 } })).status, 415);
    },
  },
  {
    name: "applied lists merge by their map keys",
    run: async (on) => {
      const { kind, path } = await define(on);
      const first = await on.apply(
        path("w"),
        kind("w", { id: "abc", items: [{ id: "a", v: "1" }] }),
        "fieldManager=one",
      );
      assert.equal(first.status, 201, JSON.stringify(first.body));
      const second = await on.apply(
        path("w"),
        kind("w", { id: "abc", items: [{ id: "b" }] }),
        "fieldManager=two",
      );
      assert.equal(second.status, 200, JSON.stringify(second.body));
      assert.deepEqual(second.body.spec.items, [{ id: "a", v: "1" }, { id: "b", v: "z" }]);
      const conflict = await on.apply(
        path("w"),
        kind("w", { id: "abc", items: [{ id: "a", v: "2" }] }),
        "fieldManager=two",
      );
      assert.equal(conflict.status, 409);
      assert.equal(conflict.body.details.causes[0].field, '.spec.items[id="a"].v');
    },
  },
  {
    name: "printer columns make the table, and discovery lists the kind",
    run: async (on) => {
      const { kind, path, group } = await define(on);
      await on.create(path(), kind("w", { id: "abc" }));
      const table = (await on.get(path(), { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" })).body;
      assert.deepEqual(
        table.columnDefinitions.map(({ name, type }) => `${name} ${type}`),
        ["Name string", "Replicas integer", "Ready string"],
      );
      assert.deepEqual(table.rows[0].cells.slice(0, 2), ["w", 1]);
      // Discovery is written by another controller than that which serves the kind.
      await on.eventually(async () => {
        const found = (await on.get(`/apis/${group}/v1`)).body.resources ?? [];
        assert.deepEqual(
          found.map(({ name }) => name).toSorted(),
          ["widgets", "widgets/scale", "widgets/status"],
        );
      });
      const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
      await on.eventually(async () => {
        const { items } = (await on.get("/apis", { accept })).body;
        assert.ok(items.some((one) => one.metadata.name === group));
      });
    },
  },
  {
    name: "a schema that is not structural is refused with the field",
    run: async (on) => {
      const group = `g${crypto.randomUUID().slice(0, 8)}.example.com`;
      const broken = async (property: unknown) => {
        const schema = { type: "object", properties: { x: property } };
        return (await on.create(`${crds}?dryRun=All`, definition(group, schema))).body.details.causes
          .map(({ field, reason }) => `${field} ${reason}`);
      };
      const at = "spec.validation.openAPIV3Schema.properties[x]";
      assert.deepEqual(await broken({ properties: { a: { type: "string" } } }), [
        `${at}.type FieldValueRequired`,
      ]);
      assert.deepEqual(await broken({ type: "array" }), [`${at}.items FieldValueRequired`]);
      assert.deepEqual(await broken({ type: "strin" }), [`${at}.type FieldValueNotSupported`]);
      assert.deepEqual(await broken({ type: "string", anyOf: [{ type: "string" }] }), [
        `${at}.anyOf[0].type FieldValueForbidden`,
      ]);
      assert.deepEqual(await broken({ type: "integer", default: "x" }), [
        `${at}.default FieldValueTypeInvalid`,
      ]);
      assert.deepEqual(await broken({ type: "string", "x-kubernetes-validations": [{ rule: "self >" }] }), [
        `${at}.x-kubernetes-validations[0].rule FieldValueInvalid`,
      ]);
    },
  },
  {
    name: "a deleted definition takes its instances and its path with it",
    run: async (on) => {
      const { kind, path, crd } = await define(on);
      await on.create(path(), kind("w", { id: "abc" }));
      await on.delete(crd);
      await on.gone(crd);
      await on.gone(path());
    },
  },
];
