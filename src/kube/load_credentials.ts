import { join } from "node:path";
import type { Credentials } from "./credentials.ts";
import { CredentialsError } from "./credentials_error.ts";
import { inClusterCredentials } from "./in_cluster.ts";

export interface LoadCredentialsOptions {
  /** `--kubeconfig`: one file, which must exist. */
  readonly kubeconfig?: string | undefined;
  /** `--context`: another context than the current one. With it no in-cluster credentials are taken. */
  readonly context?: string | undefined;
  /** `Deno.env.get` unless told. */
  readonly env?: ((name: string) => string | undefined) | undefined;
  /** Where the service account is mounted; the kubelet's place unless told. */
  readonly serviceAccountDirectory?: string | undefined;
}

/**
 * Finds credentials: `--kubeconfig`, then $KUBECONFIG (a list with ":" between, files that are missing are passed over),
 * then the pod's service account, then ~/.kube/config. Throws `CredentialsError`.
 */
export async function loadCredentials(options: LoadCredentialsOptions = {}): Promise<Credentials> {
  const env = options.env ?? ((name) => Deno.env.get(name));
  const { context } = options;
  if (options.kubeconfig) return await fromFiles([options.kubeconfig], { context, needed: "--kubeconfig" });
  const listed = env("KUBECONFIG");
  if (listed) {
    const separator = Deno.build.os === "windows" ? ";" : ":";
    const paths = listed.split(separator).filter((path) => path !== "");
    return await fromFiles(paths, { context, needed: "KUBECONFIG" });
  }
  if (context === undefined) {
    const pod = await inClusterCredentials({ env, directory: options.serviceAccountDirectory });
    if (pod !== undefined) return pod;
  }
  const home = env("HOME") ?? env("USERPROFILE") ?? "";
  return await fromFiles([join(home, ".kube", "config")], { context, needed: "~/.kube/config" });
}

async function fromFiles(
  paths: readonly string[],
  at: { context: string | undefined; needed: string },
): Promise<Credentials> {
  const texts: { path: string; text: string }[] = [];
  for (const path of new Set(paths)) {
    const text = await readIfThere(path);
    if (text !== undefined) texts.push({ path, text });
  }
  if (texts.length === 0) {
    throw new CredentialsError(`no kubeconfig at ${paths.join(", ")}`, {
      path: at.needed,
      remedy: "give a file with --kubeconfig or KUBECONFIG, or run inside the cluster",
    });
  }
  // A pod has no kubeconfig, and is spared the parser.
  const [{ readKubeconfigs }, { kubeconfigCredentials }] = await Promise.all([
    import("./kubeconfig.ts"),
    import("./kubeconfig_credentials.ts"),
  ]);
  return kubeconfigCredentials(readKubeconfigs(texts), at.context);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new CredentialsError("the file can't be read", {
      path,
      remedy: `let this process read it (--allow-read=${path})`,
      cause: error,
    });
  }
}
