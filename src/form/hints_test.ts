import assert from "node:assert/strict";
import { formSpecOf, resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import { hintsOf } from "./hints.ts";

const hints = (part: Partial<Resource>) =>
  hintsOf(formSpecOf({ manifests: [resourceOf({ id: "a", ...part })] }), "ns").map(({ message }) =>
    message.replace(/^Resource a \(manifests\[0\]\), /, "")
  );

const secret = (text: string) => ({ apiVersion: "v1", kind: "Secret", stringData: { k: text } });

Deno.test("a time in a Secret or a name that moves with the row is told, with Once as the remedy", () => {
  assert.deepEqual(hints({ spec: secret("{{ now | unixEpoch }}{{ .plan }}") }), [
    "spec.stringData.k: now gives another time, so another value, whenever .plan changes; creationPolicy: Once keeps the first",
  ]);
  assert.match(
    hints({ nameTemplate: "{{ .plan }}-{{ now | unixEpoch }}" })[0] ?? "",
    /^nameTemplate: now gives another time, so another object, whenever \.plan changes/,
  );
  assert.deepEqual(hints({ spec: secret("{{ now | unixEpoch }}{{ .uid }}") }), []);
  assert.deepEqual(hints({ creationPolicy: "Once", spec: secret("{{ now | unixEpoch }}{{ .plan }}") }), []);
  assert.deepEqual(hints({ annotationsTemplate: { at: "{{ now | unixEpoch }}{{ .plan }}" } }), []);
  assert.deepEqual(hints({ spec: secret("{{ randAlphaNum 9 }}{{ .plan }}") }), []);
});

Deno.test("a certificate of the row that is kept over the row's change is told", () => {
  const text = "{{ (genSelfSignedCert .domain nil nil 365).Cert }}";
  assert.match(
    hints({ spec: secret(text) })[0] ?? "",
    /^spec\.stringData\.k: what genSelfSignedCert makes is kept .* when \.domain changes/,
  );
  assert.deepEqual(hints({ spec: secret(text.replace(".domain", ".uid")) }), []);
  assert.deepEqual(hints({ creationPolicy: "Once", spec: secret(text) }), []);
});

Deno.test("what has no effect is told", () => {
  assert.deepEqual(hints({ creationPolicy: "Once", ignoreFields: ["$.spec.replicas"] }), [
    "ignoreFields: no effect with creationPolicy: Once, which never writes the object again",
  ]);
  assert.match(hints({ ignoreFields: ["$.kind"] })[0] ?? "", /^ignoreFields\[0\]: no effect/);
  assert.match(hints({ readyWhen: "true", waitForReady: false })[0] ?? "", /^readyWhen: no effect/);
  const metadata = (of: unknown) => ({ spec: { apiVersion: "v1", kind: "ConfigMap", metadata: of } });
  assert.match(
    hints(metadata({ namespace: "other" }))[0] ?? "",
    /^spec\.metadata\.namespace: it is not used.*targetNamespace: other$/,
  );
  assert.deepEqual(hints(metadata({ namespace: "ns" })), []);
  assert.deepEqual(hints({ ...metadata({ namespace: "other" }), targetNamespace: "x" }), []);
  assert.match(
    hints(metadata({ labels: { "lynq.sh/node": "x" } }))[0] ?? "",
    /^spec\.metadata\.labels\.lynq\.sh\/node: the operator/,
  );
  assert.match(
    hints({ spec: { apiVersion: "v1", kind: "ConfigMap", status: {} } })[0] ?? "",
    /^spec\.status: most kinds/,
  );
});
