import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { Lru } from "../telemetry/lru.ts";

/** Whether a request may be answered. */
export type Access =
  | { readonly kind: "allowed" }
  | { readonly kind: "unauthenticated" }
  | { readonly kind: "forbidden"; readonly user: string }
  /** Too many unknown tokens at once. */
  | { readonly kind: "busy" }
  /** The API server did not tell. */
  | { readonly kind: "unknown"; readonly error: unknown };

export interface AccessOptions {
  readonly client: Pick<KubeClient, "create">;
  readonly now?: (() => number) | undefined;
}

const TOKEN_REVIEWS: ResourceType = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  namespaced: false,
};
const ACCESS_REVIEWS: ResourceType = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
};

/** How long an answer holds: the shorter ones of controller-runtime's, since both reviews are cached as one. */
const ALLOWED_MS = 60_000;
const DENIED_MS = 30_000;
const CACHE_ENTRIES = 256;
const MAX_REVIEWS = 8;
const MAX_TOKEN = 16_384;

/**
 * Asks the API server who a bearer token is (TokenReview) and whether they may `get` the path (SubjectAccessReview).
 *
 * Answers are kept by the token's digest, never the token; requests with one token share one review. A failed review is
 * not kept. No more than 8 reviews run at once, so that a stranger can't make the operator flood the API server.
 */
export class AccessReviewer {
  readonly #client: Pick<KubeClient, "create">;
  readonly #now: () => number;
  readonly #known = new Lru<string, { readonly access: Access; readonly until: number }>(CACHE_ENTRIES);
  readonly #running = new Map<string, Promise<Access>>();

  constructor(options: AccessOptions) {
    this.#client = options.client;
    this.#now = options.now ?? (() => Date.now());
  }

  async review(request: Request): Promise<Access> {
    const token = bearerToken(request.headers.get("authorization"));
    if (token === undefined) return { kind: "unauthenticated" };
    const { pathname } = new URL(request.url);
    const key = `${pathname} ${await digest(token)}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#now()) return known.access;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    if (this.#running.size >= MAX_REVIEWS) return { kind: "busy" };
    const asked = this.#ask(token, pathname).finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    const access = await asked;
    if (access.kind !== "unknown") {
      const holds = access.kind === "allowed" ? ALLOWED_MS : DENIED_MS;
      this.#known.set(key, { access, until: this.#now() + holds });
    }
    return access;
  }

  async #ask(token: string, path: string): Promise<Access> {
    try {
      const user = await this.#authenticate(token);
      if (user === undefined) return { kind: "unauthenticated" };
      const allowed = await this.#authorize(user, path);
      return allowed ? { kind: "allowed" } : { kind: "forbidden", user: String(user["username"] ?? "") };
    } catch (error) {
      return { kind: "unknown", error };
    }
  }

  async #authenticate(token: string): Promise<Record<string, unknown> | undefined> {
    const status = await this.#create(TOKEN_REVIEWS, { token });
    const user = status["user"];
    return status["authenticated"] === true && isRecord(user) ? user : undefined;
  }

  async #authorize(user: Record<string, unknown>, path: string): Promise<boolean> {
    const { username, groups, uid, extra } = user;
    const spec = { user: username, groups, uid, extra, nonResourceAttributes: { path, verb: "get" } };
    const status = await this.#create(ACCESS_REVIEWS, spec);
    return status["allowed"] === true && status["denied"] !== true;
  }

  async #create(type: ResourceType, spec: unknown): Promise<Record<string, unknown>> {
    const review: KubeObject = {
      apiVersion: `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: {},
      spec,
    };
    const { status } = await this.#client.create(type, review, {}, AbortSignal.timeout(10_000));
    return isRecord(status) ? status : {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bearerToken(header: string | null): string | undefined {
  const match = /^bearer +(\S+)$/i.exec(header?.trim() ?? "");
  const token = match?.[1];
  return token !== undefined && token.length <= MAX_TOKEN ? token : undefined;
}

async function digest(token: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(bytes).toHex();
}
