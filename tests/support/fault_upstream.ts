import type { IncomingMessage } from "node:http";
import type { SeenRequest } from "./fault_rules.ts";

/** The API server behind a proxy. */
export interface FaultServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | undefined;
  readonly http: Deno.HttpClient;
}

const PASSED_ON = ["accept", "content-type", "user-agent"];

/** Asks the server behind a proxy, in the state of now or of an older moment. */
export class Upstream {
  readonly #server: FaultServer;
  /** The newest version when the proxy was frozen. */
  #frozenAt = "";

  constructor(server: FaultServer) {
    this.#server = server;
  }

  async freeze(namespace: string): Promise<void> {
    const response = await this.#fetch(`/api/v1/namespaces/${namespace}/configmaps?limit=1`, {});
    const list = await response.json() as { metadata: { resourceVersion: string } };
    this.#frozenAt = list.metadata.resourceVersion;
  }

  async ask(
    seen: SeenRequest,
    { request, body }: { request: IncomingMessage; body: Uint8Array },
  ): Promise<{ status: number; headers: Headers; body: Uint8Array }> {
    const old = seen.fault?.kind === "old" && (seen.verb === "list" || seen.verb === "get");
    const path = old ? this.#oldPath(seen) : seen.path;
    const response = await this.#fetch(path, {
      method: request.method ?? "GET",
      headers: passedOn(request),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { status, headers } = response;
    return old && seen.verb === "get" ? onlyItem(bytes) : { status, headers, body: bytes };
  }

  async open(
    seen: SeenRequest,
    { request, signal }: { request: IncomingMessage; signal: AbortSignal },
  ): Promise<Response> {
    return await this.#fetch(seen.path, { headers: passedOn(request), signal });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const { url, token, http } = this.#server;
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return await fetch(`${url}${path}`, { ...init, headers, client: http });
  }

  /** A list of the older moment; of one object where one was asked for. */
  #oldPath(seen: SeenRequest): string {
    const url = new URL(seen.path, "http://server");
    if (seen.verb === "get") {
      url.pathname = url.pathname.slice(0, url.pathname.lastIndexOf("/"));
      url.searchParams.set("fieldSelector", `metadata.name=${seen.name}`);
    }
    url.searchParams.set("resourceVersion", this.#frozenAt);
    url.searchParams.set("resourceVersionMatch", "Exact");
    url.searchParams.delete("continue");
    return `${url.pathname}${url.search}`;
  }
}

/** The one object of a list, as a read of it would have answered. */
function onlyItem(list: Uint8Array): { status: number; headers: Headers; body: Uint8Array } {
  const { kind, apiVersion, items } = JSON.parse(new TextDecoder().decode(list)) as {
    kind: string;
    apiVersion: string;
    items: object[];
  };
  const body = items[0] === undefined
    ? { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 }
    : { kind: kind.replace(/List$/, ""), apiVersion, ...items[0] };
  return {
    status: items.length === 0 ? 404 : 200,
    headers: new Headers({ "content-type": "application/json" }),
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

function passedOn(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}
