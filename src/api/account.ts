/** A ServiceAccount that the resources of nodes are written, read and deleted as. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The name that Kubernetes gives its user; its groups follow from it. */
export function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** A DNS subdomain, of at most 253 characters. */
export const ACCOUNT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
