import type { Wanted } from "./kept_to.ts";
import type { Settled } from "./settle.ts";

/** Kubernetes keeps names that begin so to itself: no form has business there unless the flag says so. */
const SYSTEM = "kube-";

/** The namespaces that resources may be in (`--target-namespaces`). */
export interface TargetNamespaces {
  has(namespace: string): boolean;
  /** What the flag says, as a sentence about the operator. */
  readonly told: string;
}

/** Names, `*` for any characters; all but those of Kubernetes itself where none are given. */
export function targetNamespaces(patterns: readonly string[] | undefined): TargetNamespaces {
  if (patterns === undefined) {
    return {
      has: (namespace) => !namespace.startsWith(SYSTEM),
      told: `without --target-namespaces resources are kept out of ${SYSTEM}*`,
    };
  }
  const whole = patterns.map((pattern) => pattern.split("*").map(RegExp.escape).join(".*"));
  const expression = new RegExp(`^(?:${whole.join("|")})$`);
  return {
    has: (namespace) => expression.test(namespace),
    told: `the operator was started with --target-namespaces=${patterns.join(",")}`,
  };
}

/** What becomes of a resource in a namespace that is not allowed, the Namespace itself included; undefined for others. */
export function outsideTargets(targets: TargetNamespaces, { id, type, key }: Wanted): Settled | undefined {
  const isNamespace = type.group === "" && type.kind === "Namespace";
  const namespace = isNamespace ? key.name : type.namespaced ? key.namespace : undefined;
  if (namespace === undefined || targets.has(namespace)) return undefined;
  const what = isNamespace
    ? `Namespace ${namespace} of ${id} is not to be had`
    : `${key.kind} ${key.name} of ${id} is to be in namespace ${namespace}`;
  return {
    state: "Failed",
    reason: "NamespaceNotAllowed",
    message: `${what}, and ${targets.told}: add the namespace to that flag, or set another targetNamespace`,
  };
}
