import { dirname, isAbsolute, join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { CredentialsError } from "./credentials_error.ts";

const text = z.string().optional();

const cluster = z.object({
  server: z.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": text,
  "proxy-url": text,
});

const user = z.object({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  username: text,
  password: text,
  as: text,
  "as-groups": z.array(z.string()).optional(),
  exec: z.record(z.string(), z.unknown()).optional(),
  "auth-provider": z.record(z.string(), z.unknown()).optional(),
});

const context = z.object({ cluster: z.string(), user: z.string().default(""), namespace: text });

const file = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster })).nullish(),
  users: z.array(z.object({ name: z.string(), user: user.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context })).nullish(),
  "current-context": z.string().nullish(),
});

export type KubeconfigCluster = z.infer<typeof cluster>;
export type KubeconfigUser = z.infer<typeof user>;
export type KubeconfigContext = z.infer<typeof context>;

/** An entry with the file that it came from. Paths in it are absolute. */
export interface Entry<T> {
  readonly name: string;
  readonly path: string;
  readonly value: T;
}

/** The kubeconfig files of a list as one: the first file that names an entry or the current context wins. */
export interface Kubeconfig {
  readonly paths: readonly string[];
  readonly clusters: ReadonlyMap<string, Entry<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Entry<KubeconfigUser>>;
  readonly contexts: ReadonlyMap<string, Entry<KubeconfigContext>>;
  readonly currentContext: string | undefined;
}

/** Merges parsed files; `texts` in the order of precedence. Throws `CredentialsError` for a file that is none. */
export function readKubeconfigs(texts: readonly { path: string; text: string }[]): Kubeconfig {
  const files = texts.map((each) => ({ path: each.path, content: parseFile(each) }));
  const clusters = new Map<string, Entry<KubeconfigCluster>>();
  const users = new Map<string, Entry<KubeconfigUser>>();
  const contexts = new Map<string, Entry<KubeconfigContext>>();
  for (const { path, content } of files) {
    for (const item of content.clusters ?? []) {
      const value = absolute(item.cluster, CLUSTER_PATHS, path);
      if (!clusters.has(item.name)) clusters.set(item.name, { name: item.name, path, value });
    }
    for (const item of content.users ?? []) {
      const value = absolute<KubeconfigUser, UserPath>(item.user ?? {}, USER_PATHS, path);
      if (!users.has(item.name)) users.set(item.name, { name: item.name, path, value });
    }
    for (const item of content.contexts ?? []) {
      if (!contexts.has(item.name)) {
        contexts.set(item.name, { name: item.name, path, value: item.context });
      }
    }
  }
  const current = files.map(({ content }) => content["current-context"]).find((name) => name);
  return {
    paths: files.map(({ path }) => path),
    clusters,
    users,
    contexts,
    currentContext: current ?? undefined,
  };
}

const CLUSTER_PATHS = ["certificate-authority"] as const;
const USER_PATHS = ["tokenFile", "client-certificate", "client-key"] as const;
type UserPath = typeof USER_PATHS[number];

/** Relative paths are relative to the file that holds them. */
function absolute<T extends object, K extends keyof T>(value: T, keys: readonly K[], path: string): T {
  const copy = { ...value };
  for (const key of keys) {
    const relative = copy[key];
    if (typeof relative === "string" && relative !== "" && !isAbsolute(relative)) {
      copy[key] = join(dirname(path), relative) as T[K];
    }
  }
  return copy;
}

function parseFile({ path, text }: { path: string; text: string }): z.infer<typeof file> {
  const document = parseDocument(text, { prettyErrors: false });
  const [flaw] = document.errors;
  if (flaw !== undefined) {
    const line = text.slice(0, flaw.pos[0]).split("\n").length;
    throw new CredentialsError(`line ${line} is no YAML (${flaw.code})`, {
      path,
      remedy: "correct the file, or name another with --kubeconfig",
    });
  }
  const parsed = file.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CredentialsError(issue?.message ?? "not a kubeconfig", {
    path,
    field: (issue?.path ?? []).join("."),
    remedy: "correct the file, or name another with --kubeconfig",
  });
}
