import assert from "node:assert/strict";
import {
  condition,
  formSpecOf,
  hubSpecOf,
  resourceOf,
  storedForm,
  storedHub,
  storedNode,
} from "../../tests/support/stored_objects.ts";
import { recordOf } from "../../tests/support/child_objects.ts";
import { formLosses, hubLosses, nodeLosses } from "./downgrade_losses.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const VARIABLES = ["uid", "plan"];
const MYSQL = {
  type: "mysql" as const,
  mysql: { host: "db", port: 3306, username: "u", database: "d", table: "t" },
};

const says = (losses: readonly string[], ...expected: RegExp[]) => {
  for (const each of expected) {
    assert(losses.some((loss) => each.test(loss)), `${each} in ${losses.join("\n")}`);
  }
  assert.equal(losses.length, expected.length, losses.join("\n"));
};

Deno.test("a hub says which sources, guards and rows have no like there", () => {
  const source = { ...hubSpecOf().source, ...MYSQL, syncInterval: "30s" };
  const plain = hubSpecOf({
    source,
    deletionGuard: { enabled: false, maxPercent: 20, minCount: 3, protectForms: false },
  });
  assert.deepEqual(hubLosses(storedHub({ spec: plain }), NOW), []);
  says(hubLosses(storedHub(), NOW), /source\.type sqlite/, /not guarded/);
  const held = storedHub({
    spec: { ...plain, paused: true, valueMappings: { ...plain.valueMappings, pause: "stop" } },
    status: { conditions: [condition("DeletionHeld", "True")], quarantined: 2 },
  });
  says(hubLosses(held, NOW), /valueMappings\.pause/, /held now/, /2 rows are quarantined/, /spec\.paused/);
});

Deno.test("a form says which fields are ignored and which templates fail", () => {
  const configMaps = [
    resourceOf({ id: "plain", spec: { apiVersion: "v1", kind: "ConfigMap", data: { a: "{{ .plan }}" } } }),
    resourceOf({ id: "more", recreateOnImmutable: true, sharing: "Shared", includeWhen: "{{ .nope }}" }),
    resourceOf({
      id: "text",
      spec: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { annotations: { a: "b" } },
        data: { a: '{{ .region | default "eu" }}', b: "{{ .plan | asValue }}" },
      },
    }),
  ];
  const form = storedForm({ spec: formSpecOf({ configMaps, mode: "DryRun" }) });
  says(
    formLosses(form, VARIABLES, NOW),
    /mode DryRun/,
    /more: includeWhen/,
    /more: recreateOnImmutable/,
    /more: sharing/,
    /text: spec\.metadata\.annotations/,
    /text: spec\.data\.a fails: there is no variable region/,
    /text: spec\.data\.b fails: there is no function asValue/,
  );
});

Deno.test("a form says which values are made anew there, unless they are created once", () => {
  const data = {
    password: "{{ randAlphaNum 24 }}",
    at: "{{ now | unixEpoch }}",
    key: '{{ genPrivateKey "ed25519" }}',
    day: '{{ date "2006-01-02" .plan }}',
    broken: "{{ rand",
  };
  const secret = (creationPolicy: "Once" | "WhenNeeded") =>
    resourceOf({ id: "s", creationPolicy, spec: { apiVersion: "v1", kind: "Secret", stringData: data } });
  const losses = (creationPolicy: "Once" | "WhenNeeded") =>
    formLosses(storedForm({ spec: formSpecOf({ secrets: [secret(creationPolicy)] }) }), VARIABLES, NOW);
  assert.deepEqual(losses("Once"), []);
  says(
    losses("WhenNeeded"),
    /^s: spec\.stringData\.password gets another value from randAlphaNum .* creationPolicy: Once before$/,
    /^s: spec\.stringData\.at gets another value from now/,
    /^s: spec\.stringData\.key gets another value from genPrivateKey/,
  );
});

Deno.test("a node says what its objects would lose", () => {
  const node = storedNode({ row: "acme", form: "web" });
  assert.deepEqual(nodeLosses(node, NOW), []);
  const { uid: _, ...waiting } = recordOf("job", { once: true, reason: "CreatedOnce" });
  const status = {
    resources: [recordOf("old", { state: "Deleting" }), waiting, recordOf("space", { shared: true })],
    excludedResourceIds: ["maybe"],
  };
  const annotations = { "lynq.sh/frozen": "DuplicateUid" };
  says(
    nodeLosses({ ...node, name: "acme-web-1a2b", status, annotations }, NOW),
    /not <uid>-<form>/,
    /row can't be followed/,
    /acme-old.*not gone yet/,
    /acme-job.*makes it again/,
    /acme-space.*is shared/,
    /maybe is left out/,
  );
});
