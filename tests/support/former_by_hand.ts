import type { KubeObject } from "../../src/kube/object.ts";
import type { FormerCluster } from "./former_cluster.ts";

const ROLLED = { apiVersion: "v1", kind: "Secret", stringData: { password: "{{ randAlphaNum 24 }}" } };

/** A LynqNode without a hub: a Secret that is retained in another namespace, and one that is created once. */
export function handNode(namespace: string): KubeObject {
  return {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    metadata: { name: "hand", namespace, finalizers: ["lynqnode.operator.lynq.sh/finalizer"] },
    spec: {
      uid: "hand",
      templateRef: "none",
      secrets: [
        {
          id: "kept",
          nameTemplate: "{{ .uid }}-kept",
          targetNamespace: `{{ .uid }}-${namespace}`,
          deletionPolicy: "Retain",
          spec: ROLLED,
        },
        { id: "first", nameTemplate: "{{ .uid }}-first", creationPolicy: "Once", spec: ROLLED },
      ],
    },
  };
}

/** That node with its children as the Go implementation wrote them, with this password. */
export async function writeByHand(
  former: FormerCluster,
  { namespace, password }: { namespace: string; password: string },
): Promise<void> {
  const space = `hand-${namespace}`;
  await former.write({ apiVersion: "v1", kind: "Namespace", metadata: { name: space } }, "test");
  const node = await former.write(handNode(namespace), "kubectl-client-side-apply");
  const child = (name: string, at: string): KubeObject => {
    return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: at }, stringData: { password } };
  };
  await former.writeChild(node, { object: child("hand-kept", space), retain: true });
  await former.writeChild(node, { object: child("hand-first", namespace), once: true });
  await former.writeApplied(node, [
    `Secret/{{ .uid }}-${namespace}/{{ .uid }}-kept@kept`,
    `Secret/${namespace}/{{ .uid }}-first@first`,
  ]);
}
