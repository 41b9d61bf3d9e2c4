import assert from "node:assert/strict";
import { type ApiServerCase, configMap, deployment } from "./api_server_case.ts";

/** Creating, reading, naming and refusing objects. */
export const objectCases: readonly ApiServerCase[] = [
  {
    name: "a created object has uid, creation time and resourceVersion, and exists once",
    run: async (on) => {
      const made = await on.create(on.core("/configmaps"), configMap("a", { data: { k: "v" } }));
      assert.equal(made.status, 201);
      const { metadata } = made.body;
      assert.match(metadata.uid, /^[0-9a-f-]{36}$/);
      assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(metadata.resourceVersion, /^\d+$/);
      assert.equal(metadata.namespace, on.namespace);
      assert.equal(metadata.generation, undefined);
      assert.deepEqual(made.body.data, { k: "v" });
      const again = await on.create(on.core("/configmaps"), configMap("a"));
      assert.equal(again.status, 409);
      assert.deepEqual(again.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'configmaps "a" already exists',
        reason: "AlreadyExists",
        details: { name: "a", kind: "configmaps" },
        code: 409,
      });
    },
  },
  {
    name: "an absent object is a 404 with its name and kind",
    run: async (on) => {
      const missing = await on.get(on.group("apps/v1", "/deployments/none"));
      assert.equal(missing.status, 404);
      assert.deepEqual(missing.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'deployments.apps "none" not found',
        reason: "NotFound",
        details: { name: "none", group: "apps", kind: "deployments" },
        code: 404,
      });
    },
  },
  {
    name: "generateName makes names of five more characters",
    run: async (on) => {
      const body = { metadata: { generateName: "gen-" } };
      const [first, second] = [
        await on.create(on.core("/configmaps"), body),
        await on.create(on.core("/configmaps"), body),
      ];
      assert.match(first.body.metadata.name, /^gen-[a-z0-9]{5}$/);
      assert.equal(first.body.metadata.generateName, "gen-");
      assert.notEqual(first.body.metadata.name, second.body.metadata.name);
    },
  },
  {
    name: "a name that is no DNS subdomain is refused with the field",
    run: async (on) => {
      const refused = await on.create(on.core("/configmaps"), configMap("Not_A_Name"));
      assert.equal(refused.status, 422);
      assert.equal(refused.body.reason, "Invalid");
      assert.equal(refused.body.details.name, "Not_A_Name");
      assert.deepEqual(refused.body.details.causes, [{
        reason: "FieldValueInvalid",
        message:
          'Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric ' +
          "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used " +
          "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        field: "metadata.name",
      }]);
    },
  },
  {
    name: "an object without a name is refused",
    run: async (on) => {
      const refused = await on.create(on.core("/configmaps"), { metadata: {} });
      assert.equal(refused.status, 422);
      assert.equal(
        refused.body.message,
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      );
    },
  },
  {
    name: "a Service's name must be a DNS-1035 label",
    run: async (on) => {
      const spec = { ports: [{ port: 80 }] };
      const refused = await on.create(on.core("/services"), { metadata: { name: "1abc" }, spec });
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "metadata.name");
      assert.match(refused.body.details.causes[0].message, /DNS-1035 label/);
    },
  },
  {
    name: "label values and keys are checked",
    run: async (on) => {
      const labels = { good: "bad value!" };
      const refused = await on.create(on.core("/configmaps"), configMap("a", { metadata: { labels } }));
      assert.equal(refused.status, 422);
      assert.deepEqual(refused.body.details.causes, [{
        reason: "FieldValueInvalid",
        message:
          'Invalid value: "bad value!": a valid label must be an empty string or consist of alphanumeric ' +
          "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or " +
          "'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        field: "metadata.labels",
      }]);
      const key = await on.create(
        on.core("/configmaps"),
        configMap("a", { metadata: { annotations: { "a/b/c": "" } } }),
      );
      assert.equal(key.status, 422);
      assert.equal(key.body.details.causes[0].field, "metadata.annotations");
    },
  },
  {
    name: "an owner reference needs its fields",
    run: async (on) => {
      const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "" }];
      const refused = await on.create(
        on.core("/configmaps"),
        configMap("a", { metadata: { ownerReferences } }),
      );
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "metadata.ownerReferences.uid");
    },
  },
  {
    name: "a body for another namespace or of another kind is refused",
    run: async (on) => {
      const elsewhere = configMap("a", { metadata: { namespace: "elsewhere" } });
      const refused = await on.create(on.core("/configmaps"), elsewhere);
      assert.equal(refused.status, 400);
      assert.equal(
        refused.body.message,
        "the namespace of the provided object does not match the namespace sent on the request",
      );
      const kind = await on.create(on.core("/configmaps"), { ...configMap("a"), kind: "Secret" });
      assert.equal(kind.status, 400);
      assert.equal(kind.body.reason, "BadRequest");
    },
  },
  {
    name: "an object for a namespace that does not exist is a 404 of the namespace",
    run: async (on) => {
      const refused = await on.create("/api/v1/namespaces/does-not-exist-here/configmaps", configMap("a"));
      assert.equal(refused.status, 404);
      assert.equal(refused.body.message, 'namespaces "does-not-exist-here" not found');
    },
  },
  {
    name: "a new object must not carry a resourceVersion",
    run: async (on) => {
      const refused = await on.create(
        on.core("/configmaps"),
        configMap("a", { metadata: { resourceVersion: "5" } }),
      );
      assert.equal(refused.status, 500);
      assert.equal(refused.body.message, "resourceVersion should not be set on objects to be created");
    },
  },
  {
    name: "a dry run answers the object and stores nothing",
    run: async (on) => {
      const tried = await on.create(on.core("/configmaps?dryRun=All"), configMap("a"));
      assert.equal(tried.status, 201);
      assert.equal(tried.body.metadata.name, "a");
      assert.equal((await on.get(on.core("/configmaps/a"))).status, 404);
    },
  },
  {
    name: "a Deployment gets its defaults and an empty status",
    run: async (on) => {
      const made = await on.create(on.group("apps/v1", "/deployments"), {
        ...deployment("web", { paused: true }),
        status: { replicas: 7 },
      });
      assert.equal(made.status, 201);
      const { spec, status, metadata } = made.body;
      assert.equal(metadata.generation, 1);
      assert.equal(spec.replicas, 1);
      assert.equal(spec.progressDeadlineSeconds, 600);
      assert.equal(spec.revisionHistoryLimit, 10);
      assert.deepEqual(spec.strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
      });
      assert.equal(spec.template.spec.containers[0].imagePullPolicy, "IfNotPresent");
      assert.equal(spec.template.spec.restartPolicy, "Always");
      assert.equal(status?.replicas, undefined);
    },
  },
  {
    name: "a Service gets an address, a type and the protocol of its ports",
    run: async (on) => {
      const body = { metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
      const made = await on.create(on.core("/services"), body);
      assert.equal(made.status, 201);
      const { spec } = made.body;
      assert.equal(spec.type, "ClusterIP");
      assert.match(spec.clusterIP, /^10\.\d+\.\d+\.\d+$/);
      assert.deepEqual(spec.clusterIPs, [spec.clusterIP]);
      assert.deepEqual(spec.ports, [{ protocol: "TCP", port: 80, targetPort: 80 }]);
      assert.equal(spec.sessionAffinity, "None");
      assert.deepEqual(spec.ipFamilies, ["IPv4"]);
      assert.equal(spec.ipFamilyPolicy, "SingleStack");
      assert.equal(spec.internalTrafficPolicy, "Cluster");
    },
  },
  {
    name: "a Secret's stringData becomes data",
    run: async (on) => {
      const made = await on.create(on.core("/secrets"), {
        metadata: { name: "s" },
        stringData: { p: "hello" },
      });
      assert.equal(made.status, 201);
      assert.deepEqual(made.body.data, { p: "aGVsbG8=" });
      assert.equal(made.body.stringData, undefined);
      assert.equal(made.body.type, "Opaque");
    },
  },
  {
    name: "a field that a built-in kind does not have is an error with Strict and a warning with Warn",
    run: async (on) => {
      const body = { ...configMap("a"), dat: { a: "b" } };
      const strict = await on.create(on.core("/configmaps?fieldValidation=Strict"), body);
      assert.equal(strict.status, 400);
      assert.equal(
        strict.body.message,
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"',
      );
      const warned = await on.create(on.core("/configmaps?fieldValidation=Warn"), body);
      assert.equal(warned.status, 201);
      assert.equal(warned.headers.get("warning"), '299 - "unknown field \\"dat\\""');
      assert.equal(warned.body.dat, undefined);
    },
  },
  {
    name: "a StatefulSet's containers may mount its claim templates, and nothing that is not there",
    run: async (on) => {
      const { metadata, spec } = deployment("db");
      const [container] = spec.template.spec.containers;
      const mounting = (name: string) => ({
        metadata,
        spec: {
          ...spec,
          replicas: 0,
          template: {
            ...spec.template,
            spec: { containers: [{ ...container, volumeMounts: [{ name, mountPath: "/data" }] }] },
          },
          volumeClaimTemplates: [{
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          }],
        },
      });
      const path = on.group("apps/v1", "/statefulsets");
      const refused = await on.create(path, mounting("other"));
      assert.equal(refused.status, 422);
      assert.deepEqual(refused.body.details.causes, [{
        reason: "FieldValueNotFound",
        message: 'Not found: "other"',
        field: "spec.template.spec.containers[0].volumeMounts[0].name",
      }]);
      assert.equal((await on.create(path, mounting("data"))).status, 201);
    },
  },
];
