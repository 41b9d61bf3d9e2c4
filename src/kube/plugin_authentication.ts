import { CredentialsError } from "./credentials_error.ts";
import type { Entry, KubeconfigCluster, KubeconfigUser } from "./kubeconfig.ts";
import type { Authentication } from "./kubeconfig_credentials.ts";

/** What a plugin answered. */
interface Answer {
  readonly authorization: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
}

/** How long an answer is used before the plugin's own cache is asked again, which knows when it expires. */
const ANSWER_MS = 10_000;

/**
 * Authentication by an exec or auth-provider plugin, through the Kubernetes client library, which is loaded with the
 * first request: it costs 80 MB, so nobody else loads it. The process needs `--allow-run` for the plugin's command.
 */
export function pluginAuthentication(
  cluster: Entry<KubeconfigCluster>,
  user: Entry<KubeconfigUser>,
): Authentication {
  let asking: { answer: Promise<Answer>; at: number } | undefined;
  let plugin: Promise<() => Promise<Answer>> | undefined;
  const ask = async (): Promise<Answer> => {
    if (asking === undefined || performance.now() - asking.at > ANSWER_MS) {
      plugin ??= loadPlugin(cluster, user);
      const answer = plugin.then((run) => run());
      asking = { answer, at: performance.now() };
    }
    const current = asking;
    try {
      return await current.answer;
    } catch (error) {
      if (asking === current) asking = plugin = undefined;
      throw pluginError(user, error);
    }
  };
  return {
    authorization: async () => (await ask()).authorization,
    certificate: async () => (await ask()).certificate,
    refresh: () => {
      asking = undefined;
      plugin = undefined;
      return Promise.resolve(true);
    },
  };
}

async function loadPlugin(
  cluster: Entry<KubeconfigCluster>,
  user: Entry<KubeconfigUser>,
): Promise<() => Promise<Answer>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster: { server: cluster.value.server } }],
    users: [{ name: "user", user: user.value }],
    contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
    "current-context": "context",
  }));
  return async () => {
    const options: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
    await config.applyToHTTPSOptions(options);
    const headers = new Headers(options.headers as Record<string, string> | undefined);
    const { cert, key } = options;
    const certificate = cert && key ? { cert: String(cert), key: String(key) } : undefined;
    return { authorization: headers.get("authorization") ?? undefined, certificate };
  };
}

/** What a plugin writes may hold secrets: it is the cause of the error, not its text. */
function pluginError(user: Entry<KubeconfigUser>, error: unknown): CredentialsError {
  const command = user.value.exec?.command;
  const named = typeof command === "string" ? command : "the plugin";
  const refused = error instanceof Deno.errors.NotCapable;
  return new CredentialsError(refused ? `${named} must not be run` : `${named} gave no credentials`, {
    path: user.path,
    field: `users[${user.name}].user.${user.value.exec === undefined ? "auth-provider" : "exec"}`,
    remedy: refused ? `allow it with --allow-run=${named}` : "run it by hand to see why",
    cause: error,
  });
}
