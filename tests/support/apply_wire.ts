import type { KubeObject } from "../../src/kube/object.ts";
import { mergePatch } from "../../src/sandbox/json_patch.ts";
import type { ApplyCase, ApplyStep, ApplyTarget } from "./apply_cases.ts";

const CONTENT_TYPES = {
  apply: "application/apply-patch+yaml",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

interface Sent {
  readonly body?: unknown;
  readonly type?: string;
}

export interface WireOptions {
  readonly server: string;
  readonly token: string;
  readonly client: Deno.HttpClient;
}

/** Sends the steps of a case to a server. Every object of a case is deleted first, so that a case can run again. */
export class WireApply implements ApplyTarget {
  readonly #options: WireOptions;
  readonly #plurals = new Map<string, string>();

  constructor(options: WireOptions) {
    this.#options = options;
  }

  async prepare({ crd, steps }: ApplyCase): Promise<void> {
    await this.#ensureNamespaces(steps);
    if (crd !== undefined) await this.#install(crd);
    for (const { body } of steps) await this.#remove(await this.#pathOf({ body }));
  }

  async #remove(path: string): Promise<void> {
    while ((await this.#call("GET", path)).ok) {
      const bare = { metadata: { finalizers: null } };
      await this.#call("PATCH", path, { body: bare, type: CONTENT_TYPES.merge });
      await this.#call("DELETE", path);
    }
  }

  async #install(crd: Readonly<Record<string, unknown>>): Promise<void> {
    const { group, names, versions } = (crd as unknown as Crd).spec;
    for (const { name } of versions) this.#plurals.set(`/apis/${group}/${name} ${names.kind}`, names.plural);
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    await this.#call("POST", crds, { body: crd });
    for (;;) {
      const found = await this.#call("GET", `${crds}/${names.plural}.${group}`);
      const status = found.body["status"] as { conditions?: { type: string; status: string }[] } | undefined;
      const established = status?.conditions?.some((one) =>
        one.type === "Established" && one.status === "True"
      );
      if (established === true) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const { name } of versions) {
      while (!(await this.#call("GET", `/apis/${group}/${name}/${names.plural}`)).ok) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async send(step: ApplyStep): ReturnType<ApplyTarget["send"]> {
    const path = await this.#pathOf(step);
    const query = new URLSearchParams({ fieldManager: step.manager, fieldValidation: "Strict" });
    if (step.force === true) query.set("force", "true");
    const answer = await this.#write(step, { path, query });
    return (answer.ok ? { object: answer.body } : { status: answer.body }) as Awaited<
      ReturnType<ApplyTarget["send"]>
    >;
  }

  async #write(step: ApplyStep, { path, query }: { path: string; query: URLSearchParams }) {
    if (step.do === "create") {
      const collection = path.slice(0, path.lastIndexOf("/"));
      return await this.#call("POST", `${collection}?${query}`, { body: step.body });
    }
    if (step.do === "put") {
      const live = await this.#call("GET", path);
      return await this.#call("PUT", `${path}?${query}`, { body: mergePatch(live.body, step.body) });
    }
    return await this.#call("PATCH", `${path}?${query}`, { body: step.body, type: CONTENT_TYPES[step.do] });
  }

  async #ensureNamespaces(steps: readonly ApplyStep[]): Promise<void> {
    for (const name of new Set(steps.map(({ body }) => body.metadata.namespace))) {
      if (name === undefined) continue;
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      await this.#call("POST", "/api/v1/namespaces", { body });
    }
  }

  async #pathOf({ body, subresource }: Pick<ApplyStep, "body" | "subresource">): Promise<string> {
    const { apiVersion = "", kind = "", metadata } = body;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const key = `${root} ${kind}`;
    if (!this.#plurals.has(key)) {
      const list = await this.#call("GET", root) as {
        body: { resources?: { name: string; kind: string }[] };
      };
      const found = list.body.resources?.find(({ name, kind: one }) => one === kind && !name.includes("/"));
      if (found === undefined) return `${root}/unknown/${metadata.name}`;
      this.#plurals.set(key, found.name);
    }
    const namespace = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    const below = subresource === undefined ? "" : `/${subresource}`;
    return `${root}${namespace}/${this.#plurals.get(key)}/${metadata.name}${below}`;
  }

  async #call(method: string, path: string, sent: Sent = {}) {
    const { server, token, client } = this.#options;
    const { body, type = "application/json" } = sent;
    const answer = await fetch(server + path, {
      method,
      client,
      headers: { authorization: `Bearer ${token}`, "content-type": type, accept: "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { ok: answer.ok, body: (isJson ? JSON.parse(text) : { metadata: {} }) as KubeObject };
  }
}
