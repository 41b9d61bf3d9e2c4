import { readCredentialFile, TokenFile } from "./credential_files.ts";
import type { Credentials } from "./credentials.ts";
import { CredentialsError } from "./credentials_error.ts";

/** Where the kubelet mounts a pod's service account. */
export const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface InClusterOptions {
  readonly env: (name: string) => string | undefined;
  /** `SERVICE_ACCOUNT_DIRECTORY` unless told. */
  readonly directory?: string | undefined;
}

/** The credentials of this pod's service account; `undefined` where this process runs in no pod. */
export async function inClusterCredentials(options: InClusterOptions): Promise<Credentials | undefined> {
  const host = options.env("KUBERNETES_SERVICE_HOST");
  const port = options.env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const directory = options.directory ?? SERVICE_ACCOUNT_DIRECTORY;
  const tokenFile = new TokenFile(`${directory}/token`, "token");
  await tokenFile.token().catch((error) => {
    if (!(error instanceof CredentialsError)) throw error;
    throw new CredentialsError(
      "KUBERNETES_SERVICE_HOST is set but the service account's token can't be read",
      {
        path: error.path,
        field: "token",
        remedy: "set automountServiceAccountToken: true in the Pod, or give --kubeconfig",
        cause: error,
      },
    );
  });
  const namespace = await Deno.readTextFile(`${directory}/namespace`).catch(() => "");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    origin: "in-cluster",
    files: [directory],
    namespace: namespace.trim() || undefined,
    tls: async () => ({ caCerts: [await readCredentialFile(`${directory}/ca.crt`, "ca.crt")] }),
    authorization: async () => `Bearer ${await tokenFile.token()}`,
    refresh: () => {
      tokenFile.forget();
      return Promise.resolve(true);
    },
  };
}
