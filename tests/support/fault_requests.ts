/** What one request to the API server asks for, as its method, path and query say it. */
export interface AskedRequest {
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "other";
  /** The plural name ("configmaps"); empty for what is no object, discovery among them. */
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Path and query below the server's URL. */
  readonly path: string;
  /** It would change objects: no read, no trial, no question of rights. */
  readonly writes: boolean;
}

/** Requests that a fault is for; what is not told matches all. */
export interface RequestMatch {
  readonly verb?: readonly AskedRequest["verb"][];
  readonly resource?: readonly string[];
  readonly subresource?: string;
  readonly name?: RegExp;
  readonly path?: RegExp;
  /** Only requests that would change objects. */
  readonly writes?: true;
}

const REVIEWS = ["tokenreviews", "subjectaccessreviews", "selfsubjectaccessreviews"];
const OBJECT_PATH =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** Reads a request line; `path` may have a query. */
export function askedBy(method: string, path: string): AskedRequest {
  const url = new URL(path, "http://server");
  const found = OBJECT_PATH.exec(url.pathname);
  const [, namespace, resource = "", name, subresource] = found ?? [];
  const verb = verbOf(method, found !== null, { named: name !== undefined, query: url.searchParams });
  const trial = url.searchParams.has("dryRun") || REVIEWS.includes(resource);
  const writes = ["create", "update", "patch", "delete"].includes(verb) && !trial;
  return { verb, resource, subresource, namespace, name, path, writes };
}

function verbOf(
  method: string,
  isObject: boolean,
  of: { named: boolean; query: URLSearchParams },
): AskedRequest["verb"] {
  if (!isObject) return "other";
  if (method === "POST") return "create";
  if (method === "PUT") return "update";
  if (method === "PATCH") return "patch";
  if (method === "DELETE") return "delete";
  if (of.query.has("watch")) return "watch";
  return of.named ? "get" : "list";
}

/** Whether a fault is for this request. */
export function matches(match: RequestMatch, asked: AskedRequest): boolean {
  return (match.verb?.includes(asked.verb) ?? true) &&
    (match.resource?.includes(asked.resource) ?? true) &&
    (match.subresource === undefined || match.subresource === asked.subresource) &&
    (match.name?.test(asked.name ?? "") ?? true) &&
    (match.path?.test(asked.path) ?? true) &&
    (match.writes === undefined || asked.writes);
}

const WITHOUT_NAMESPACE = ["namespaces", "customresourcedefinitions", "storageclasses", ...REVIEWS];

/** The same question about one namespace only, so that several operators share an API server and don't meet. */
export function withinNamespace(asked: AskedRequest, namespace: string): string {
  const wide = (asked.verb === "list" || asked.verb === "watch") && asked.namespace === undefined;
  if (!wide || WITHOUT_NAMESPACE.includes(asked.resource)) return asked.path;
  return asked.path.replace(
    /^(\/(?:api\/v1|apis\/[^/]+\/[^/]+))\//,
    `$1/namespaces/${namespace}/`,
  );
}
