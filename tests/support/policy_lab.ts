import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../src/kube/object.ts";
import { type ClusterObjects, until } from "./cluster_objects.ts";
import type { ControlPlane } from "./control_plane.ts";
import { kubectl } from "./kubectl.ts";

const FOLDER = new URL("../../manifests/policy/", import.meta.url);

/** The account that the manifests run the operator with. */
export const SHIPPED_ACCOUNT = "system:serviceaccount:lynq-system:lynq-controller-manager";

/** One call of kubectl: by whom, and what the API server has to say against it. */
export interface KubectlCase {
  readonly title: string;
  /** A user; the plane's admin unless told. */
  readonly as?: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** What it is refused with; undefined where it goes through. */
  readonly refused?: RegExp;
}

/** kubectl as the plane's admin, or as whom the admin impersonates. */
export class PolicyKubectl {
  readonly #plane: ControlPlane;
  readonly #namespace: string;

  constructor(plane: ControlPlane, namespace: string) {
    this.#plane = plane;
    this.#namespace = namespace;
  }

  async run({ as, args, input = "" }: Omit<KubectlCase, "title">): Promise<{ ok: boolean; text: string }> {
    const config = `--kubeconfig=${await this.#plane.kubeconfig("admin")}`;
    const whom = as === undefined ? [] : [`--as=${as}`];
    const { code, out, err } = await kubectl(
      [config, `--namespace=${this.#namespace}`, ...whom, ...args],
      { input },
    );
    return { ok: code === 0, text: err + out };
  }

  /** Fails unless it goes through, or is refused, as the case says. */
  async check(each: KubectlCase): Promise<void> {
    const { ok, text } = await this.run(each);
    if (each.refused === undefined) return assert.ok(ok, text);
    assert.ok(!ok, `went through: ${text}`);
    assert.match(text, each.refused);
  }
}

/** What kustomize makes of manifests/policy. */
export async function policyDocuments(): Promise<KubeObject[]> {
  const { success, stdout, stderr } = await new Deno.Command("kubectl", {
    args: ["kustomize", FOLDER.pathname],
  })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return parseAllDocuments(new TextDecoder().decode(stdout)).map((document) => document.toJS() as KubeObject);
}

/** A control plane that policies are applied to, as its admin. */
export interface PolicyPlane {
  readonly plane: ControlPlane;
  readonly objects: ClusterObjects;
}

/**
 * Applies manifests/policy as the README tells, or with other accounts in accounts.yaml, and waits until each policy was
 * compiled, which says what is wrong with it.
 */
export async function applyPolicies({ plane, objects }: PolicyPlane, accounts?: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "policy-" });
  try {
    for await (const { name } of Deno.readDir(FOLDER)) {
      const text = await Deno.readTextFile(new URL(name, FOLDER));
      const edited = accounts === undefined || name !== "accounts.yaml"
        ? text
        : text.replace(/accounts: .*/, `accounts: ${accounts}`);
      await Deno.writeTextFile(`${folder}/${name}`, edited);
    }
    const args = ["apply", "--server-side", "-k", folder];
    await new PolicyKubectl(plane, "default").check({ title: "", args });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (const { apiVersion = "", kind = "", metadata: { name = "" } } of await policyDocuments()) {
    if (kind !== "ValidatingAdmissionPolicy") continue;
    const typeChecking = await until(`${name} to be compiled`, async () => {
      const { metadata, status } = await objects.get({ apiVersion, kind, name }) as CompiledPolicy;
      return status?.observedGeneration === metadata.generation ? status?.typeChecking ?? {} : undefined;
    });
    assert.deepEqual(typeChecking, {}, name);
  }
}

interface CompiledPolicy extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly typeChecking?: { readonly expressionWarnings?: readonly unknown[] };
  };
}

/** Takes them away as the README tells; the API server may act by them for a moment more. */
export async function removePolicies({ plane }: PolicyPlane): Promise<void> {
  const args = ["delete", "-k", FOLDER.pathname, "--ignore-not-found"];
  await new PolicyKubectl(plane, "default").check({ title: "", args });
}
