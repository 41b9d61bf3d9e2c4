import type { SeenRequest } from "../../src/sandbox/mod.ts";

const NAMESPACE = /\/namespaces\/([^/]+)\/([^/]+)/;
const KEPT = 10;

/** What the operator asked the API server to write, by namespace. Events are not counted. */
export class Writes {
  readonly #of = new Map<string, { count: number; readonly last: string[] }>();

  see({ method, path, userAgent }: SeenRequest): void {
    const [, namespace, plural] = NAMESPACE.exec(path) ?? [];
    if (method === "GET" || namespace === undefined || plural === "events") return;
    if (userAgent?.startsWith("lynq-operator") !== true) return;
    const told = this.of(namespace);
    told.count++;
    told.last.push(`${method} ${path}`);
    if (told.last.length > KEPT) told.last.shift();
  }

  of(namespace: string): { count: number; readonly last: string[] } {
    const known = this.#of.get(namespace) ?? { count: 0, last: [] };
    this.#of.set(namespace, known);
    return known;
  }
}
