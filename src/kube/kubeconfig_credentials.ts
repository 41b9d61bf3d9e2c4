import { readCredentialFile, TokenFile } from "./credential_files.ts";
import type { Credentials, TlsMaterial } from "./credentials.ts";
import { CredentialsError } from "./credentials_error.ts";
import type {
  Entry,
  Kubeconfig,
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigUser,
} from "./kubeconfig.ts";
import { pluginAuthentication } from "./plugin_authentication.ts";

/** How the user of a context proves who it is; what a plugin answers or two fields and files tell. */
export interface Authentication {
  certificate(): Promise<TlsMaterial["certificate"]>;
  authorization(): Promise<string | undefined>;
  /** As `Credentials.refresh`. */
  refresh(): Promise<boolean>;
}

/** The credentials of a context, the current one unless `contextName` names another. */
export function kubeconfigCredentials(config: Kubeconfig, contextName: string | undefined): Credentials {
  const context = pickContext(config, contextName);
  const cluster = pickCluster(config, context);
  const user = pickUser(config, context);
  refuseUnsupported(cluster, user);
  const byProgram = user.value.exec !== undefined || user.value["auth-provider"] !== undefined;
  const authentication = byProgram ? pluginAuthentication(cluster, user) : staticAuthentication(user);
  const { as, "as-groups": groups } = user.value;
  return {
    server: cluster.value.server.replace(/\/+$/, ""),
    files: filesOf(config, { cluster, user }),
    ...(byProgram ? { byProgram } : {}),
    origin: `context ${context.name} of ${context.path}`,
    namespace: context.value.namespace,
    subject: as === undefined ? undefined : { user: as, groups },
    tls: async () => ({
      caCerts: await authorities(cluster),
      certificate: await authentication.certificate(),
    }),
    authorization: () => authentication.authorization(),
    refresh: () => authentication.refresh(),
  };
}

function filesOf(
  { paths }: Kubeconfig,
  { cluster, user }: { cluster: Entry<KubeconfigCluster>; user: Entry<KubeconfigUser> },
): string[] {
  const { tokenFile, "client-certificate": certificate, "client-key": key } = user.value;
  const named = [cluster.value["certificate-authority"], tokenFile, certificate, key];
  return [...paths, ...named.flatMap((file) => file === undefined || file === "" ? [] : [file])];
}

function pickContext(config: Kubeconfig, named: string | undefined): Entry<KubeconfigContext> {
  const name = named ?? config.currentContext;
  const path = config.paths.join(":");
  const known = [...config.contexts.keys()].join(", ") || "none";
  if (name === undefined) {
    throw new CredentialsError("no current context", {
      path,
      field: "current-context",
      remedy: `name one with --context (there are: ${known})`,
    });
  }
  const context = config.contexts.get(name);
  if (context !== undefined) return context;
  throw new CredentialsError(`there is no context ${name}`, {
    path,
    field: named === undefined ? "current-context" : "--context",
    remedy: `name one of: ${known}`,
  });
}

function pickCluster(config: Kubeconfig, context: Entry<KubeconfigContext>): Entry<KubeconfigCluster> {
  const cluster = config.clusters.get(context.value.cluster);
  if (cluster !== undefined) return cluster;
  throw new CredentialsError(`there is no cluster ${context.value.cluster}`, {
    path: context.path,
    field: `contexts[${context.name}].context.cluster`,
    remedy: "name a cluster of the file",
  });
}

function pickUser(config: Kubeconfig, context: Entry<KubeconfigContext>): Entry<KubeconfigUser> {
  const name = context.value.user;
  if (name === "") return { name, path: context.path, value: {} };
  const user = config.users.get(name);
  if (user !== undefined) return user;
  throw new CredentialsError(`there is no user ${name}`, {
    path: context.path,
    field: `contexts[${context.name}].context.user`,
    remedy: "name a user of the file",
  });
}

/** What would change who is trusted or where requests go must not be passed over in silence. */
function refuseUnsupported(cluster: Entry<KubeconfigCluster>, user: Entry<KubeconfigUser>): void {
  const refuse = (entry: Entry<unknown>, field: string, remedy: string) => {
    throw new CredentialsError("not supported", { path: entry.path, field, remedy });
  };
  const at = `clusters[${cluster.name}].cluster`;
  if (!/^https?:\/\//.test(cluster.value.server)) {
    refuse(cluster, `${at}.server`, "give a URL that begins with https:// or http://");
  }
  if (cluster.value["insecure-skip-tls-verify"]) {
    refuse(cluster, `${at}.insecure-skip-tls-verify`, "give certificate-authority-data instead");
  }
  if (cluster.value["proxy-url"]) {
    refuse(cluster, `${at}.proxy-url`, "give a server that is reached without it");
  }
  if (cluster.value["tls-server-name"]) {
    refuse(cluster, `${at}.tls-server-name`, "give a server whose name is in its certificate");
  }
  if (user.value.username || user.value.password) {
    refuse(user, `users[${user.name}].user.username`, "give a token or a client certificate");
  }
}

async function authorities(cluster: Entry<KubeconfigCluster>): Promise<string[]> {
  const field = `clusters[${cluster.name}].cluster.certificate-authority`;
  const pem = await material({
    data: cluster.value["certificate-authority-data"],
    file: cluster.value["certificate-authority"],
    field,
    path: cluster.path,
  });
  return pem === undefined ? [] : [pem];
}

function staticAuthentication(user: Entry<KubeconfigUser>): Authentication {
  const { token, tokenFile } = user.value;
  const field = `users[${user.name}].user`;
  const file = tokenFile ? new TokenFile(tokenFile, `${field}.tokenFile`) : undefined;
  const part = (name: "client-certificate" | "client-key") =>
    material({
      data: user.value[`${name}-data`],
      file: user.value[name],
      field: `${field}.${name}`,
      path: user.path,
    });
  const files = file !== undefined || user.value["client-certificate"] !== undefined;
  return {
    authorization: async () => {
      const bearer = file === undefined ? token : await file.token();
      return bearer ? `Bearer ${bearer}` : undefined;
    },
    certificate: async () => {
      const [cert, key] = await Promise.all([part("client-certificate"), part("client-key")]);
      if (cert === undefined && key === undefined) return undefined;
      if (cert !== undefined && key !== undefined) return { cert, key };
      throw new CredentialsError("a client certificate needs its key and a key its certificate", {
        path: user.path,
        field,
        remedy: "give both client-certificate and client-key",
      });
    },
    refresh: () => {
      file?.forget();
      return Promise.resolve(files);
    },
  };
}

/** PEM from base64 data, else from a file: data wins, as for kubectl. */
async function material(
  from: { data: string | undefined; file: string | undefined; field: string; path: string },
): Promise<string | undefined> {
  if (from.data) {
    try {
      return new TextDecoder().decode(Uint8Array.from(atob(from.data), (char) => char.charCodeAt(0)));
    } catch (error) {
      throw new CredentialsError("not base64", {
        path: from.path,
        field: `${from.field}-data`,
        remedy: "give the PEM in base64",
        cause: error,
      });
    }
  }
  return from.file ? await readCredentialFile(from.file, from.field) : undefined;
}
