/** manifests/policy as files: that it fits what the other manifests and the sources say. tests/cluster shows what it does. */
import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../src/kube/object.ts";
import { GROUP, LABEL } from "../src/api/labels.ts";
import { HUB, NODE } from "../src/operator/kinds.ts";
import { kubectlMissing } from "./support/kubectl.ts";
import { policyDocuments, SHIPPED_ACCOUNT } from "./support/policy_lab.ts";

interface Policy {
  readonly failurePolicy: string;
  readonly matchConstraints: {
    readonly resourceRules: readonly {
      readonly apiGroups: readonly string[];
      readonly operations: readonly string[];
      readonly resources: readonly string[];
    }[];
  };
  readonly matchConditions: readonly { readonly expression: string }[];
  readonly validations: readonly { readonly reason: string; readonly messageExpression: string }[];
}

interface Binding {
  readonly policyName: string;
  readonly validationActions: readonly string[];
  readonly paramRef?: { readonly parameterNotFoundAction: string };
}

const missing = await kubectlMissing();
const documents = missing === undefined ? await policyDocuments() : [];
const install = parseAllDocuments(
  await Deno.readTextFile(new URL("../manifests/install.yaml", import.meta.url)),
)
  .map((document) => document.toJS() as { kind: string; metadata: { name: string; namespace?: string } });

function ofKind<T>(kind: string): { name: string; spec: T }[] {
  return documents.filter((each) => each.kind === kind).map(({ metadata, spec }) => ({
    name: metadata.name ?? "",
    spec: spec as T,
  }));
}

const policies = ofKind<Policy>("ValidatingAdmissionPolicy");
const guard = policies.find(({ name }) => name === "lynq-node-guard");

/** Registers a test of what kustomize makes; skipped where kubectl is missing. */
function kustomizedTest(name: string, fn: () => void | Promise<void>): void {
  const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;
  Deno.test({ name: name + skipped, ignore: missing !== undefined, fn });
}

kustomizedTest("the operator that is let through is the account that install.yaml runs it with", () => {
  const account = install.find(({ kind }) => kind === "ServiceAccount")?.metadata;
  assert.equal(SHIPPED_ACCOUNT, `system:serviceaccount:${account?.namespace}:${account?.name}`);
  const [first] = guard?.spec.matchConditions ?? [];
  assert.ok(
    first?.expression.startsWith(`!('${SHIPPED_ACCOUNT}'.split`),
    "it begins with the shipped account",
  );
});

kustomizedTest(
  "accounts.yaml says the same as the policy by itself, which can be applied without kustomize",
  async () => {
    const read = (file: string) => Deno.readTextFile(new URL(`../manifests/policy/${file}`, import.meta.url));
    const { data } = parseAllDocuments(await read("accounts.yaml"))[0]?.toJS() as { data: unknown };
    assert.deepEqual(data, { accounts: SHIPPED_ACCOUNT });
    const alone = parseAllDocuments(await read("node_guard.yaml")).map((document) =>
      document.toJS() as KubeObject
    );
    const built = documents.filter(({ metadata }) => metadata.name === "lynq-node-guard");
    assert.deepEqual(alone, built);
  },
);

kustomizedTest(
  "every policy is bound once, denies, says why with a remedy, and asks about our kinds only",
  () => {
    const bindings = ofKind<Binding>("ValidatingAdmissionPolicyBinding").map(({ spec }) => spec);
    assert.deepEqual(bindings.map(({ policyName }) => policyName), policies.map(({ name }) => name));
    for (const { validationActions, paramRef } of bindings) {
      assert.deepEqual(validationActions, ["Deny"]);
      assert.notEqual(paramRef?.parameterNotFoundAction, "Deny");
    }
    for (const { spec } of policies) {
      assert.deepEqual(spec.matchConstraints.resourceRules.map(({ apiGroups }) => apiGroups), [[GROUP]]);
      for (const { operations } of spec.matchConstraints.resourceRules) {
        assert.deepEqual(operations, ["CREATE", "UPDATE"]);
      }
      for (const { reason, messageExpression } of spec.validations) {
        assert.equal(reason, "Forbidden");
        assert.match(
          messageExpression.replaceAll("' + '", ""),
          /: (insert|change|leave|name an|ask)|nobody else/,
        );
      }
    }
  },
);

kustomizedTest("the node guard knows every label and kind that a node of a hub is found by", () => {
  assert.deepEqual(guard?.spec.matchConstraints.resourceRules[0]?.resources, [
    NODE.plural,
    `${NODE.plural}/status`,
  ]);
  const text = JSON.stringify(guard?.spec);
  for (const label of [LABEL.hub, LABEL.uid, LABEL.form, LABEL.bucket]) {
    assert.ok(text.includes(`'${label}'`), label);
  }
  assert.ok(text.includes(`owner.kind == '${HUB.kind}' && owner.apiVersion.startsWith('${GROUP}/')`));
});

kustomizedTest("install.yaml has no admission policy: it is applied apart, and uninstalled by itself", () => {
  assert.deepEqual(install.filter(({ kind }) => kind.startsWith("ValidatingAdmission")), []);
});
