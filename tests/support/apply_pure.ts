import type { KubeObject } from "../../src/kube/object.ts";
import { createFieldManagement } from "../../src/sandbox/apply_engine.ts";
import type { FieldManagement, KindFields, StatusObject } from "../../src/sandbox/field_management.ts";
import { mergePatch } from "../../src/sandbox/json_patch.ts";
import type { ApplyCase, ApplyStep, ApplyTarget } from "./apply_cases.ts";

type Sent = { object: KubeObject } | { status: StatusObject };

interface Version {
  readonly name: string;
  readonly schema?: { readonly openAPIV3Schema?: Record<string, unknown> };
  readonly subresources?: { readonly status?: unknown };
}

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly Version[];
  };
}

/** Takes writes as the sandbox does, with nothing but its functions: no HTTP, no storage beyond a map. */
export class PureApply implements ApplyTarget {
  readonly #fields: FieldManagement = createFieldManagement();
  readonly #custom = new Map<string, KindFields>();
  readonly #stored = new Map<string, KubeObject>();
  #step = 0;
  #version = 0;

  constructor({ crd }: ApplyCase) {
    if (crd === undefined) return;
    const { group, names, versions } = (crd as unknown as Crd).spec;
    for (const { name, schema, subresources } of versions) {
      const kind = this.#fields.crd({
        group,
        version: name,
        ...names,
        schema: schema?.openAPIV3Schema,
        statusSubresource: subresources?.status !== undefined,
      });
      this.#custom.set(`${group}/${name}/${names.kind}`, kind);
    }
  }

  send(step: ApplyStep): Promise<Sent> {
    this.#step++;
    const kind = this.#kindOf(step.body);
    const key = `${kind.kind}/${step.body.metadata.name}`;
    const live = this.#stored.get(key);
    const written = step.do === "apply" ? this.#apply(step, kind, live) : this.#write(step, kind, live);
    if ("status" in written) return Promise.resolve(written);
    const subresource = step.subresource ?? "";
    const named = live === undefined ? this.#named(written.object) : written.object;
    const next = this.#fields.prepare({ kind, live, next: named, subresource });
    const invalid = this.#fields.validate(kind, next, live);
    if (invalid !== undefined) return Promise.resolve({ status: invalid });
    if (live !== undefined && this.#fields.unchanged(live, next)) return Promise.resolve({ object: live });
    const metadata = { ...next.metadata, resourceVersion: String(++this.#version) };
    const object = { ...next, metadata };
    this.#stored.set(key, object);
    return Promise.resolve({ object });
  }

  #kindOf({ apiVersion = "", kind = "" }: KubeObject): KindFields {
    const [first = "", second] = apiVersion.split("/");
    const [group, version] = second === undefined ? ["", first] : [first, second];
    const found = this.#custom.get(`${group}/${version}/${kind}`) ??
      this.#fields.builtin({ group, version, kind });
    if (found === undefined) throw new Error(`the case uses ${apiVersion} ${kind}, which nothing serves`);
    return found;
  }

  get #now(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.#step * 1000).toISOString().replace(".000Z", "Z");
  }

  #named(object: KubeObject): KubeObject {
    const metadata = { ...object.metadata, uid: crypto.randomUUID(), creationTimestamp: this.#now };
    return { ...object, metadata };
  }

  #apply(step: ApplyStep, kind: KindFields, live: KubeObject | undefined): Sent {
    const { manager, force = false, subresource = "", body } = step;
    const request = { kind, live, applied: body, manager, force, subresource, now: this.#now };
    const outcome = this.#fields.apply(request);
    return outcome.kind === "refused" ? { status: outcome.status } : { object: outcome.object };
  }

  #write(step: ApplyStep, kind: KindFields, live: KubeObject | undefined): Sent {
    const body = this.#bodyOf(step, kind, live);
    if ("refused" in body) return { status: body.refused };
    const decoded = this.#fields.decode({ kind, body: body.body, fieldValidation: "Strict" });
    if (decoded.kind === "refused") return { status: decoded.status };
    const { manager, subresource = "" } = step;
    const request = { kind, live, next: decoded.object, manager, subresource, now: this.#now };
    return { object: this.#fields.trackUpdate(request) };
  }

  #bodyOf(
    step: ApplyStep,
    kind: KindFields,
    live: KubeObject | undefined,
  ): { body: unknown } | { refused: StatusObject } {
    if (step.do === "create" || live === undefined) return { body: step.body };
    if (step.do !== "strategic") return { body: mergePatch(live, step.body) };
    const merged = this.#fields.strategicMerge({ kind, live, patch: { ...step.body } });
    return merged.kind === "merged" ? { body: merged.object } : { refused: merged.status };
  }
}
