import type { Account } from "../api/account.ts";
import type { KubeError } from "../kube/error.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/** What was asked for, and by whom. */
export interface Asked {
  readonly type: ResourceType;
  /** Empty or absent for what has none. */
  readonly namespace?: string | undefined;
  /** The operator's own where it is absent. */
  readonly account?: Account | undefined;
}

/** What can be done about an answer 403, by its details; empty where nothing can be said. Begins with "; ". */
export function remedyFor({ details }: KubeError, asked: Asked): string {
  const { type, account } = asked;
  if (account !== undefined && details?.kind === ACCOUNTS && type.plural !== ACCOUNTS) {
    return `; the operator may not act for ServiceAccount ${account.name}, let it: ${
      grantImpersonation(account)
    }`;
  }
  if (details !== undefined && details.kind !== "" && details.kind !== type.plural) return "";
  if (account === undefined) {
    return "; if it is a right that is missing, grant it in a ClusterRole with the label " +
      `lynq.sh/aggregate-to-manager=true: ${grantOperator(type, WRITER)}`;
  }
  return `; if it is a right of ServiceAccount ${account.name} that is missing, grant it: ${
    grantAccount(type, { ...asked, account })
  }`;
}

const ACCOUNTS = "serviceaccounts";

/** What the watch of a kind takes. */
export const WATCHER = ["get", "list", "watch"] as const;

/** What the account takes that a kind is watched and written with. */
export const WRITER = [...WATCHER, "create", "update", "patch", "delete"] as const;

/** The commands that give the operator's own account these verbs on a kind. */
export function grantOperator(type: ResourceType, verbs: readonly string[]): string {
  const role = roleName(type);
  return `kubectl create clusterrole ${role} --verb=${verbs.join(",")} --resource=${resourceName(type)} && ` +
    `kubectl label clusterrole ${role} lynq.sh/aggregate-to-manager=true`;
}

/** The commands that give a ServiceAccount what it needs to have objects of a kind written in a namespace. */
function grantAccount(type: ResourceType, { namespace = "", account }: Asked & { account: Account }): string {
  const role = roleName(type);
  const rules = `--verb=get,create,update,patch,delete --resource=${resourceName(type)}`;
  const to = `--serviceaccount=${account.namespace}:${account.name}`;
  const binding = `${role}-${account.name}`;
  if (!type.namespaced) {
    return `kubectl create clusterrole ${role} ${rules} && ` +
      `kubectl create clusterrolebinding ${binding} --clusterrole=${role} ${to}`;
  }
  return `kubectl create role ${role} -n ${namespace} ${rules} && ` +
    `kubectl create rolebinding ${binding} -n ${namespace} --role=${role} ${to}`;
}

/** The shipped ClusterRole, bound where the account is. */
function grantImpersonation({ namespace }: Account): string {
  return `kubectl create rolebinding lynq-impersonation -n ${namespace} ` +
    "--clusterrole=lynq-impersonation-role --serviceaccount=lynq-system:lynq-controller-manager";
}

function resourceName({ plural, group }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function roleName(type: ResourceType): string {
  return `lynq-${resourceName(type)}`;
}
