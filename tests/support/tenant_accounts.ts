import type { OperatorLab } from "./operator_lab.ts";

const RBAC = "rbac.authorization.k8s.io/v1";

/** What the README asks for an account to have of each kind. */
export const ALL = ["get", "create", "update", "patch", "delete"];

/** A Role of an account's own: these verbs on ConfigMaps, and all that is needed on Services. */
export function role({ namespace }: OperatorLab, account: string, configMaps: readonly string[]): string {
  return JSON.stringify({
    apiVersion: RBAC,
    kind: "Role",
    metadata: { name: account, namespace },
    rules: [
      { apiGroups: [""], resources: ["configmaps"], verbs: configMaps },
      { apiGroups: [""], resources: ["services"], verbs: ALL },
    ].filter(({ verbs }) => verbs.length > 0),
  });
}

/** A ServiceAccount of the lab's namespace with that Role. */
export function account(lab: OperatorLab, name: string, configMaps: readonly string[]): string[] {
  const { namespace } = lab;
  return [
    JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } }),
    role(lab, name, configMaps),
    binding(lab, { name, kind: "Role", role: name, account: { namespace, name } }),
  ];
}

/** The lab's namespace with the password of its database. */
export function namespaceOf({ namespace, db }: OperatorLab): string {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db", namespace },
    stringData: { password: db.password },
  };
  const metadata = { name: namespace };
  return [{ apiVersion: "v1", kind: "Namespace", metadata }, secret].map((o) => JSON.stringify(o)).join(
    "\n---\n",
  );
}

export interface Bound {
  readonly name: string;
  readonly kind: "Role" | "ClusterRole";
  readonly role: string;
  readonly account: { readonly namespace: string; readonly name: string };
}

/** A RoleBinding in the lab's namespace. */
export function binding({ namespace }: OperatorLab, { name, kind, role, account }: Bound): string {
  return JSON.stringify({
    apiVersion: RBAC,
    kind: "RoleBinding",
    metadata: { name, namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: role },
    subjects: [{ kind: "ServiceAccount", ...account }],
  });
}

/** What lets the shipped operator act for the accounts of the lab's namespace. */
export function impersonation(lab: OperatorLab): string {
  return binding(lab, {
    name: "lynq-impersonation",
    kind: "ClusterRole",
    role: "lynq-impersonation-role",
    account: { namespace: "lynq-system", name: "lynq-controller-manager" },
  });
}

/** What an account may do in the lab's namespace. */
export interface Right {
  /** The account's namespace. */
  readonly home?: string;
  readonly account: string;
  readonly verb: string;
  readonly resource: string;
}

/** Whether an account, one of the lab's namespace unless told, may do so there, by the API server's own word. */
export async function mayDo(
  { plane, namespace }: OperatorLab,
  { home = namespace, account, verb, resource }: Right,
): Promise<boolean> {
  using client = Deno.createHttpClient({ caCerts: [plane.caPem] });
  const response = await fetch(`${plane.server}/apis/authorization.k8s.io/v1/subjectaccessreviews`, {
    client,
    method: "POST",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:${home}:${account}`,
        resourceAttributes: { namespace, verb, resource },
      },
    }),
  });
  return (await response.json() as { status: { allowed: boolean } }).status.allowed;
}
