import assert from "node:assert/strict";
import { parse } from "yaml";
import { KubeError } from "../../src/kube/error.ts";
import { FORM } from "../../src/operator/kinds.ts";
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

clusterTest(
  await requireControlPlane(),
  "every value outside its range is refused by the API server with the field and what it takes",
  async (on) => {
    await installKinds(clusterObjects(on.client));
    const resource = (text: string) =>
      `{hubId: a, configMaps: [{id: a, nameTemplate: n, spec: {apiVersion: v1, kind: ConfigMap}, ${text}}]}`;
    const cases = [
      ...REFUSED.map(([text, names]) => ({ text, spec: resource(text), names })),
      ...REFUSED_FORMS.map(([text, names]) => ({
        text,
        spec: text.startsWith("hubId") ? `{${text}}` : `{hubId: a, ${text}}`,
        names,
      })),
    ];
    for (const { text, spec, names } of cases) {
      const metadata = { name: "bad", namespace: on.namespace };
      const form = {
        apiVersion: "operator.lynq.sh/v1",
        kind: "LynqForm",
        metadata,
        spec: parse(spec) as unknown,
      };
      await assert.rejects(on.client.create(FORM, form), (error) => {
        assert(error instanceof KubeError, `${text}: ${error}`);
        assert.equal(error.status, 422, `${text}: ${error.message}`);
        assert.match(error.message, names, text);
        return true;
      }, text);
    }
  },
);
