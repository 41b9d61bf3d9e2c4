import assert from "node:assert/strict";
import { parse } from "yaml";
import { KubeError } from "../../src/kube/error.ts";
import { FORM, HUB, NODE } from "../../src/operator/kinds.ts";
import { clusterObjects } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest } from "../support/control_plane_case.ts";
import { installKinds } from "../support/operator_lab.ts";

/** What a form or a resource of it says in place of something sound, and what the API server names in its answer. */
const REFUSED: readonly (readonly [text: string, names: RegExp])[] = [
  ["creationPolicy: Sometimes", /creationPolicy: Unsupported value: "Sometimes": .*"Once", "WhenNeeded"/],
  ["deletionPolicy: Keep", /deletionPolicy: Unsupported value: "Keep": .*"Delete", "Retain"/],
  ["conflictPolicy: force", /conflictPolicy: Unsupported value: "force": .*"Force", "Stuck"/],
  [
    "patchStrategy: strategic",
    /patchStrategy: Unsupported value: "strategic": .*"apply", "merge", "replace"/,
  ],
  ["driftPolicy: Ignore", /driftPolicy: Unsupported value: "Ignore": .*"Correct", "Report"/],
  ["sharing: All", /sharing: Unsupported value: "All": .*"Exclusive", "Shared"/],
  ["timeoutSeconds: 0", /timeoutSeconds: Invalid value: 0: .*greater than or equal to 1/],
  ["timeoutSeconds: 3601", /timeoutSeconds: Invalid value: 3601: .*less than or equal to 3600/],
  ["timeoutSeconds: 1.5", /timeoutSeconds: Invalid value: "number": .*integer/],
  ['waitForReady: "yes"', /waitForReady: Invalid value: "string": .*boolean/],
  ["recreateOnImmutable: 1", /recreateOnImmutable: Invalid value: "integer": .*boolean/],
  ["includeWhen: true", /includeWhen: Invalid value: "boolean": .*string/],
  ["readyWhen: 1", /readyWhen: Invalid value: "integer": .*string/],
  ["ignoreFields: $.spec.replicas", /ignoreFields: Invalid value: "string": .*array/],
  ["dependIds: [1]", /dependIds\[0\]: Invalid value: "integer": .*string/],
  ["labelsTemplate: {a: 1}", /labelsTemplate\.a: Invalid value: "integer": .*string/],
  ["targetNamespace: a, namespaceTemplate: b", /two spellings of one field: set one of them/],
];

const REFUSED_FORMS: readonly (readonly [text: string, names: RegExp])[] = [
  ['hubId: ""', /spec\.hubId: Invalid value: "": .*at least 1 char/],
  ["mode: Plan", /spec\.mode: Unsupported value: "Plan": .*"Apply", "DryRun"/],
  ["revisionHistoryLimit: -1", /spec\.revisionHistoryLimit: Invalid value: -1: .*greater than or equal to 0/],
  ["rollout: {maxSkew: -1}", /spec\.rollout\.maxSkew: Invalid value: -1/],
  [
    "rollout: {progressDeadlineSeconds: 59}",
    /progressDeadlineSeconds: Invalid value: 59: .*greater than or equal to 60/,
  ],
  ["rollout: {progressDeadlineSeconds: 3601}", /progressDeadlineSeconds: Invalid value: 3601/],
  ["rollout: {failureBudget: {maxPercent: 101}}", /failureBudget\.maxPercent: Invalid value: 101/],
  ["rollout: {failureBudget: {minCount: -1}}", /failureBudget\.minCount: Invalid value: -1/],
  ["rollout: {order: {first: [a]}}", /set one of rollout\.order\.label and rollout\.order\.value/],
  [
    "rollout: {order: {label: a, value: b, first: [a]}}",
    /set one of rollout\.order\.label and rollout\.order\.value/,
  ],
  ["rollout: {order: {label: a, first: []}}", /rollout\.order\.first: Invalid value: 0: .*at least 1 item/],
  ['rollout: {revision: ""}', /rollout\.revision: Invalid value: "": /],
  ["pausedUntil: tomorrow", /spec\.pausedUntil: Invalid value: "tomorrow": .*date-time/],
  ["paused: maybe", /spec\.paused: Invalid value: "string": .*boolean/],
  ['configMaps: [{id: "", spec: {}}]', /spec\.configMaps\[0\]\.id: Invalid value: "": /],
  ["configMaps: [{id: a}]", /spec\.configMaps\[0\]\.spec: Required value/],
  [
    "configMaps: [{id: a, spec: {}}, {id: a, spec: {}}]",
    /spec\.configMaps\[1\]: Duplicate value: {"id":"a"}/,
  ],
];

const SQLITE = "source: {type: sqlite, sqlite: {path: a, table: b}}";
const MAPPINGS = "valueMappings: {uid: a, activate: b}";
const mysql = (text: string) =>
  `{source: {type: mysql, mysql: {host: a, username: u, database: d, ${text}}}, ${MAPPINGS}}`;
const source = (text: string) =>
  `{source: {type: sqlite, sqlite: {path: a, table: b}, ${text}}, ${MAPPINGS}}`;
const hub = (text: string) => `{${SQLITE}, ${MAPPINGS}, ${text}}`;

const REFUSED_HUBS: readonly (readonly [spec: string, names: RegExp])[] = [
  [`{${MAPPINGS}}`, /spec\.source: Required value/],
  [
    `{source: {type: oracle}, ${MAPPINGS}}`,
    /spec\.source\.type: Unsupported value: "oracle": .*"mysql", "postgres", "sqlite"/,
  ],
  [`{source: {type: postgres}, ${MAPPINGS}}`, /source\.postgres is required when source\.type is postgres/],
  [mysql("port: 3306"), /spec\.source\.mysql\.table: Required value/],
  [mysql('table: ""'), /spec\.source\.mysql\.table: Invalid value: "": .*at least 1 char/],
  [mysql("table: t, port: 0"), /spec\.source\.mysql\.port: Invalid value: 0: .*greater than or equal to 1/],
  [mysql("table: t, port: 65536"), /mysql\.port: Invalid value: 65536: .*less than or equal to 65535/],
  [mysql("table: t, tls: {mode: some}"), /tls\.mode: Unsupported value: "some": .*"require"/],
  [mysql("table: t, passwordRef: {name: a}"), /spec\.source\.mysql\.passwordRef\.key: Required value/],
  [source("syncInterval: 1m30s"), /spec\.source\.syncInterval: Invalid value: "1m30s": .*should match/],
  [
    source("connectTimeoutSeconds: 301"),
    /connectTimeoutSeconds: Invalid value: 301: .*less than or equal to 300/,
  ],
  [source("queryTimeoutSeconds: 0"), /queryTimeoutSeconds: Invalid value: 0: .*greater than or equal to 1/],
  [`{${SQLITE}, valueMappings: {uid: a}}`, /spec\.valueMappings\.activate: Required value/],
  [`{${SQLITE}, valueMappings: {uid: "", activate: b}}`, /spec\.valueMappings\.uid: Invalid value: ""/],
  [hub("syncInterval: soon"), /spec\.syncInterval: Invalid value: "soon": .*should match/],
  [hub("extraValueMappings: {plan: 1}"), /extraValueMappings\.plan: Invalid value: "integer": .*string/],
  [hub("deletionGuard: {maxPercent: 101}"), /deletionGuard\.maxPercent: Invalid value: 101/],
  [hub("deletionGuard: {minCount: 0}"), /deletionGuard\.minCount: Invalid value: 0/],
  [hub("sensitive: [token]"), /sensitive names variables of extraValueMappings/],
  [hub("extraValueMappings: {uid: a}, sensitive: [uid]"), /sensitive names none of .*uid/],
  [
    hub("serviceAccountName: Not_A_Name"),
    /spec\.serviceAccountName: Invalid value: "Not_A_Name": .*should match/,
  ],
  [hub("pausedUntil: tomorrow"), /spec\.pausedUntil: Invalid value: "tomorrow": .*date-time/],
];

const REFUSED_NODES: readonly (readonly [spec: string, names: RegExp])[] = [
  ["{templateRef: a}", /spec\.uid: Required value/],
  ["{uid: a, templateRef: b, pausedUntil: tomorrow}", /spec\.pausedUntil: Invalid value: "tomorrow"/],
  [
    "{uid: a, templateRef: b, jobs: [{id: a, spec: {}, timeoutSeconds: 0}]}",
    /jobs\[0\]\.timeoutSeconds: .*: 0/,
  ],
];

const resource = (text: string) =>
  `{hubId: a, configMaps: [{id: a, nameTemplate: n, spec: {apiVersion: v1, kind: ConfigMap}, ${text}}]}`;
const form = (text: string) => text.startsWith("hubId") ? `{${text}}` : `{hubId: a, ${text}}`;

const CASES = [
  ...REFUSED.map(([text, names]) => ({ type: FORM, spec: resource(text), names })),
  ...REFUSED_FORMS.map(([text, names]) => ({ type: FORM, spec: form(text), names })),
  ...REFUSED_HUBS.map(([spec, names]) => ({ type: HUB, spec, names })),
  ...REFUSED_NODES.map(([spec, names]) => ({ type: NODE, spec, names })),
];

clusterTest(
  await requireControlPlane(),
  "every value outside its range is refused by the API server with the field and what it takes",
  async (on) => {
    await installKinds(clusterObjects(on.client));
    for (const { type, spec, names } of CASES) {
      const object = {
        apiVersion: "operator.lynq.sh/v1",
        kind: type.kind,
        metadata: { name: "bad", namespace: on.namespace },
        spec: parse(spec) as unknown,
      };
      await assert.rejects(on.client.create(type, object), (error) => {
        assert(error instanceof KubeError, `${spec}: ${error}`);
        assert.equal(error.status, 422, `${spec}: ${error.message}`);
        assert.match(error.message, names, spec);
        return true;
      }, spec);
    }
  },
);
