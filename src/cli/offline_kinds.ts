import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import type { PackedSchemas } from "../sandbox/openapi/packed.ts";
import type { Manifest } from "./manifest.ts";

/** The kinds that are known without a cluster: those of Kubernetes, and of CustomResourceDefinitions at hand. */
export class OfflineKinds {
  readonly #types = new Map<string, ResourceType>();

  constructor(packed: PackedSchemas, manifests: readonly Manifest[]) {
    for (const [group, { paths }] of Object.entries(packed.groups)) {
      for (const [path, { kind }] of Object.entries(paths)) this.#addPath(group, path, kind);
    }
    for (const manifest of manifests) {
      if (manifest.kind === "CustomResourceDefinition") this.#addCustom(manifest.object["spec"]);
    }
  }

  typeOf(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#types.get(`${apiVersion} ${kind}`);
  }

  #addPath(group: string, path: string, kind: unknown): void {
    const [, namespaces, plural] =
      /^\/(?:api|apis\/[^/]+)\/[^/]+\/(namespaces\/\{namespace\}\/)?([^/{]+)$/.exec(path) ?? [];
    const { kind: name } = (kind ?? {}) as { kind?: string };
    if (plural === undefined || name === undefined) return;
    const apiVersion = group.replace(/^apis?\//, "");
    const key = `${apiVersion} ${name}`;
    if (namespaces === undefined && this.#types.has(key)) return;
    this.#types.set(key, {
      ...parseApiVersion(apiVersion),
      kind: name,
      plural,
      namespaced: namespaces !== undefined,
    });
  }

  #addCustom(spec: unknown): void {
    const { group, scope, names, versions } = spec as {
      group?: string;
      scope?: string;
      names?: { kind?: string; plural?: string };
      versions?: { name?: string }[];
    };
    for (const { name: version } of versions ?? []) {
      const [kind, plural] = [names?.kind, names?.plural];
      if (!group || !version || !kind || !plural) continue;
      this.#types.set(`${group}/${version} ${kind}`, {
        group,
        version,
        kind,
        plural,
        namespaced: scope !== "Cluster",
      });
    }
  }
}
