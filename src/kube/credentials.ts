import type { Subject } from "./client.ts";

/** What a TLS connection to the API server is made with, as PEM. */
export interface TlsMaterial {
  /** Trusted in addition to the roots that the runtime trusts. */
  readonly caCerts: readonly string[];
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
}

/** Where the API server is and how to prove who asks. Contents of files are read again when they rotate. */
export interface Credentials {
  /** "https://10.0.0.1:443", without a slash at the end; may have a path. */
  readonly server: string;
  /** Where these came from, for messages: "in-cluster", "context dev of /home/ada/.kube/config". */
  readonly origin: string;
  /** The namespace to use where none is named; `undefined` when the source tells none. */
  readonly namespace: string | undefined;
  /** Whom every request acts for, where the kubeconfig says so (`as`, `as-groups`). */
  readonly subject?: Subject | undefined;
  /** Files and folders that are read now and then, so that whoever narrows a thread's permissions can name them. */
  readonly files?: readonly string[];
  /** Another program is asked who this is. */
  readonly byProgram?: true;
  /** Read for every new connection. */
  tls(): Promise<TlsMaterial>;
  /** The `Authorization` header, or `undefined` where the certificate alone proves who asks. */
  authorization(): Promise<string | undefined>;
  /** Forgets what was read, after the server answered 401. `true` when the next answer may differ. */
  refresh(): Promise<boolean>;
}

/** Credentials that never change: tests, the sandbox, a server without authentication. */
export function fixedCredentials(
  fixed: { server: string; token?: string; tls?: TlsMaterial; namespace?: string },
): Credentials {
  const header = fixed.token === undefined ? undefined : `Bearer ${fixed.token}`;
  return {
    server: fixed.server.replace(/\/+$/, ""),
    origin: "fixed",
    namespace: fixed.namespace,
    tls: () => Promise.resolve(fixed.tls ?? { caCerts: [] }),
    authorization: () => Promise.resolve(header),
    refresh: () => Promise.resolve(false),
  };
}
