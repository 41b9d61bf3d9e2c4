import assert from "node:assert/strict";
import type { AnswerBody } from "../support/answer_body.ts";

/** An API server that the contract runs against. */
export interface ContractServer {
  readonly url: string;
  readonly token: string | undefined;
  /** Set for a server with TLS. */
  readonly http: Deno.HttpClient | undefined;
}

/** One behaviour that every API server must show. */
export interface ApiServerCase {
  readonly name: string;
  readonly run: (on: CaseClient) => Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly body: AnswerBody;
  readonly headers: Headers;
}

export interface Ask {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: AnswerBody;
}

/** The garbage collector looks for new kinds every half minute, and for what it missed no sooner. */
const PATIENCE_MS = 180_000;

/** Plain HTTP to one server, in a namespace of this case alone. */
export class CaseClient {
  readonly namespace: string;
  readonly #server: ContractServer;

  constructor(server: ContractServer, namespace: string) {
    this.#server = server;
    this.namespace = namespace;
  }

  /** A path below `/api/v1/namespaces/{namespace}`. */
  core(path: string): string {
    return `/api/v1/namespaces/${this.namespace}${path}`;
  }

  group(groupVersion: string, path: string): string {
    return `/apis/${groupVersion}/namespaces/${this.namespace}${path}`;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    const response = await this.#fetch(path, {
      method,
      headers: this.#headers(ask),
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    });
    const text = await response.text();
    const typed = (response.headers.get("content-type") ?? "").includes("json");
    return { status: response.status, body: typed ? JSON.parse(text) : text, headers: response.headers };
  }

  get(path: string, ask: Ask = {}): Promise<Reply> {
    return this.ask("GET", path, ask);
  }

  create(path: string, body: unknown): Promise<Reply> {
    return this.ask("POST", path, { body });
  }

  patch(path: string, kind: keyof typeof patchTypes, body: unknown): Promise<Reply> {
    return this.ask("PATCH", path, { body, contentType: patchTypes[kind] });
  }

  apply(path: string, body: unknown, query = "fieldManager=contract"): Promise<Reply> {
    return this.ask("PATCH", `${path}?${query}`, { body, contentType: patchTypes.apply });
  }

  delete(path: string, body?: unknown): Promise<Reply> {
    return this.ask("DELETE", path, body === undefined ? {} : { body });
  }

  /** Events of a watch until `enough` is true or the server ends it. */
  async watch(
    path: string,
    enough: (events: readonly WatchEvent[]) => boolean,
    ask: Ask = {},
  ): Promise<readonly WatchEvent[]> {
    const ended = new AbortController();
    const deadline = setTimeout(
      () => ended.abort(new Error("the watch did not send what was awaited")),
      PATIENCE_MS,
    );
    const events: WatchEvent[] = [];
    try {
      const response = await this.#fetch(path, { headers: this.#headers(ask), signal: ended.signal });
      assert.equal(response.status, 200);
      assert.ok(response.body);
      let rest = "";
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) events.push(JSON.parse(line));
        if (enough(events)) break;
      }
      return events;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Asks again until the check holds; the last failure when patience ends. */
  async eventually<T>(check: () => Promise<T>): Promise<T> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await check();
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async gone(path: string): Promise<void> {
    await this.eventually(async () => assert.equal((await this.get(path)).status, 404));
  }

  #headers(ask: Ask): Headers {
    const headers = new Headers({ accept: ask.accept ?? "application/json", "user-agent": "contract/1" });
    if (ask.body !== undefined) headers.set("content-type", ask.contentType ?? "application/json");
    if (this.#server.token !== undefined) headers.set("authorization", `Bearer ${this.#server.token}`);
    return headers;
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const { http, url } = this.#server;
    return fetch(`${url}${path}`, http === undefined ? init : { ...init, client: http });
  }
}

export const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** A ConfigMap to write. */
export function configMap(name: string, more: { metadata?: object; data?: Record<string, string> } = {}) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...more.metadata },
    ...(more.data === undefined ? {} : { data: more.data }),
  };
}

/** A Deployment to write. */
export function deployment(name: string, spec: object = {}) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "nginx:1" }] },
      },
      ...spec,
    },
  };
}
