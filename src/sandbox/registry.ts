import { compareText } from "../kube/compare_text.ts";
import { builtinResources } from "./builtin_resources.ts";
import type { FieldManagement } from "./field_management.ts";
import { type ServedResource, storedVerbs } from "./served_resource.ts";

/** A group as discovery lists it. */
export interface ServedGroup {
  readonly name: string;
  /** Preferred version first. */
  readonly versions: readonly string[];
}

/** What the server serves at this moment: the built-in kinds, and the custom resources that CRDs add and remove. */
export class Registry {
  readonly #builtin: readonly ServedResource[];
  readonly #custom = new Map<string, readonly ServedResource[]>();
  #all: readonly ServedResource[];
  #stored: ReadonlyMap<string, ServedResource>;

  constructor(fields: FieldManagement) {
    this.#builtin = builtinResources.map((row) => {
      const kindFields = fields.builtin(row);
      if (kindFields === undefined) {
        throw new TypeError(`no schema for ${row.group}/${row.version} ${row.kind}`);
      }
      return {
        ...row,
        singular: row.kind.toLowerCase(),
        listKind: `${row.kind}List`,
        verbs: row.kind === "Namespace"
          ? storedVerbs.filter((verb) => verb !== "deletecollection")
          : storedVerbs,
        fields: kindFields,
        custom: undefined,
      };
    });
    this.#all = this.#builtin;
    this.#stored = byStore(this.#all);
  }

  /** Replaces what the CRD of this name serves; an empty list takes it away. */
  setCustom(crdName: string, resources: readonly ServedResource[]): void {
    if (resources.length === 0) this.#custom.delete(crdName);
    else this.#custom.set(crdName, resources);
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#stored = byStore(this.#all);
  }

  all(): readonly ServedResource[] {
    return this.#all;
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.all().find((served) =>
      served.group === group && served.version === version && served.plural === plural
    );
  }

  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    return this.all().find((served) =>
      served.group === group && served.version === version && served.kind === kind
    );
  }

  /** A built-in resource that is always there. */
  builtin(group: string, plural: string): ServedResource {
    const found = this.#builtin.find((served) => served.group === group && served.plural === plural);
    if (found === undefined) throw new TypeError(`no built-in resource ${plural}.${group}`);
    return found;
  }

  /** One resource for each store, in the version that controllers read. */
  stored(): readonly ServedResource[] {
    return [...this.#stored.values()];
  }

  /** The resource whose objects are in a store. */
  ofStore(store: string): ServedResource | undefined {
    return this.#stored.get(store);
  }

  /** Groups in the order of discovery, without the core group. */
  groups(): readonly ServedGroup[] {
    const versions = new Map<string, Set<string>>();
    for (const served of this.all()) {
      if (served.group === "") continue;
      versions.set(served.group, (versions.get(served.group) ?? new Set()).add(served.version));
    }
    for (const name of ["authentication.k8s.io", "authorization.k8s.io"]) versions.set(name, new Set(["v1"]));
    return [...versions].map(([name, found]) => ({ name, versions: [...found].sort(byVersionPriority) }));
  }
}

function byStore(all: readonly ServedResource[]): ReadonlyMap<string, ServedResource> {
  const first = new Map<string, ServedResource>();
  for (const served of all) if (!first.has(served.store)) first.set(served.store, served);
  return first;
}

/** Kubernetes' order of versions: v2, v1, v1beta2, v1alpha1, then the rest by name. */
export function byVersionPriority(left: string, right: string): number {
  const [a, b] = [versionRank(left), versionRank(right)];
  for (let index = 0; index < a.length; index++) {
    const difference = (b[index] ?? 0) - (a[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareText(left, right);
}

function versionRank(version: string): readonly number[] {
  const parts = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (parts === null) return [0, 0, 0];
  const stage = parts[2] === "alpha" ? 1 : parts[2] === "beta" ? 2 : 3;
  return [stage, Number(parts[1]), Number(parts[3] ?? 0)];
}
