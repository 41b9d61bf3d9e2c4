import { FORMER } from "../api/former.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { HubSpec } from "../api/hub.ts";
import { type Resource, RESOURCE_ARRAYS, type ResourceArrays } from "../api/resource.ts";
import type { Variables } from "../api/stages.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { buildVariables } from "../node/variables.ts";
import { render, TemplateError } from "../template/mod.ts";

/** What a node is written back from. */
export interface NodeSources {
  readonly node: StoredNode;
  /** The node's hub; undefined of a node that was written by hand. */
  readonly hub: HubSpec | undefined;
  readonly form: StoredForm | undefined;
  /** The revision that the node follows, with the form's generation that it was made of. */
  readonly revision: { readonly arrays: ResourceArrays; readonly generation: number } | undefined;
}

/** A node as the Go implementation stores it, as merge patches of the object and of its status. */
export interface FormerNodePatch {
  readonly object: Record<string, unknown>;
  readonly status: Record<string, unknown>;
  readonly losses: readonly string[];
}

/** The fields of a resource that the Go implementation knows (compat.md 1.3). */
const KNOWN: ReadonlySet<string> = new Set([
  "id",
  "spec",
  "dependIds",
  "skipOnDependencyFailure",
  "creationPolicy",
  "deletionPolicy",
  "conflictPolicy",
  "nameTemplate",
  "targetNamespace",
  "labelsTemplate",
  "annotationsTemplate",
  "waitForReady",
  "timeoutSeconds",
  "patchStrategy",
  "ignoreFields",
]);

/**
 * Writes a node back: the arrays with names, labels and annotations rendered and all else as templates, the row in
 * annotations, and in `status.appliedResources` only what those arrays list, since the rest would be deleted. A string
 * tells why a node can't be written back.
 */
export function formerNode(sources: NodeSources): FormerNodePatch | string {
  const { node } = sources;
  const inline = RESOURCE_ARRAYS.some((name) => (node.spec[name]?.length ?? 0) > 0);
  const arrays = inline ? node.spec : sources.revision?.arrays;
  if (arrays === undefined) {
    return `the ControllerRevision ${node.spec.revision ?? "of its form"} that it follows does not exist`;
  }
  if (node.spec.sensitive !== undefined) return SENSITIVE;
  const built = buildVariables(node);
  if (built.kind === "invalid") return built.message;
  const losses: string[] = [];
  const excluded = new Set(node.status.excludedResourceIds ?? []);
  const stored = RESOURCE_ARRAYS.flatMap((name) => {
    const kept = (arrays[name] ?? []).filter(({ id }) => !excluded.has(id));
    if (kept.length === 0) return [];
    return [[
      name,
      kept.map((resource) => formerResource(resource, { inline, variables: built.variables, losses })),
    ]];
  });
  const spec: Record<string, FormerResource[]> = Object.fromEntries(stored);
  const absent = RESOURCE_ARRAYS.filter((name) => node.spec[name] !== undefined && !(name in spec));
  if (sources.revision !== undefined && sources.revision.generation !== (sources.form?.generation ?? 0)) {
    losses.push("it follows an older revision: it is moved to the form's present generation at once");
  }
  return {
    object: {
      metadata: {
        uid: node.uid,
        ...(node.spec.values === undefined ? {} : { annotations: annotationsOf(sources) }),
      },
      spec: {
        ...Object.fromEntries(absent.map((name) => [name, null])),
        ...spec,
        ...Object.fromEntries(OURS.filter((name) => name in node.spec).map((name) => [name, null])),
      },
    },
    status: statusOf(node, spec),
    losses,
  };
}

const SENSITIVE =
  "it has sensitive values, which the Go implementation keeps in annotations for all to read: where that " +
  "may be, take spec.sensitive off its hub and wait for the next read of the rows";

const OURS = ["hubId", "revision", "values", "paused", "pausedUntil", "serviceAccountName"] as const;

type FormerResource = Pick<Resource, "id" | "spec" | "nameTemplate" | "targetNamespace">;

function formerResource(
  resource: Resource,
  of: { inline: boolean; variables: Variables; losses: string[] },
): FormerResource {
  const known = Object.fromEntries(Object.entries(resource).filter(([field]) => KNOWN.has(field)));
  const target = resource.targetNamespace ?? resource.namespaceTemplate;
  const moved = { ...known, ...(target === undefined ? {} : { targetNamespace: target }) } as FormerResource;
  if (of.inline) return moved;
  const text = (template: string, field: string) => {
    try {
      const rendered = render(template, of.variables);
      if (rendered.includes("{{")) {
        of.losses.push(`${resource.id}: ${field} holds "{{" after rendering: it is rendered again`);
      }
      return rendered;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      of.losses.push(`${resource.id}: ${field} can't be rendered and is written as it is`);
      return template;
    }
  };
  const texts = (field: "labelsTemplate" | "annotationsTemplate") =>
    Object.fromEntries(
      Object.entries(resource[field] ?? {}).map((
        [key, template],
      ) => [key, text(template, `${field}.${key}`)]),
    );
  return {
    ...moved,
    ...(resource.nameTemplate ? { nameTemplate: text(resource.nameTemplate, "nameTemplate") } : {}),
    ...(resource.labelsTemplate === undefined ? {} : { labelsTemplate: texts("labelsTemplate") }),
    ...(resource.annotationsTemplate === undefined
      ? {}
      : { annotationsTemplate: texts("annotationsTemplate") }),
  };
}

/** The row as the hub controller of the Go implementation stores it (compat.md 2.2): an extra for each mapping. */
function annotationsOf({ node, hub, form, revision }: NodeSources): Record<string, string> {
  const { hostOrUrl = "", activate = "", ...others } = node.spec.values ?? {};
  const names = hub === undefined ? Object.keys(others) : Object.keys(hub.extraValueMappings ?? {});
  const extra = Object.fromEntries(
    names.map((name) => [name, node.spec.values?.[name] ?? extraDefault(name, node)]),
  );
  return {
    [ANNOTATION.hostOrUrl]: hostOrUrl,
    [ANNOTATION.activate]: activate,
    [ANNOTATION.extra]: render("{{ toJson . }}", extra),
    [ANNOTATION.hubId]: node.hub ?? node.spec.hubId ?? "",
    [FORMER.templateGeneration]: String(revision?.generation ?? form?.generation ?? 0),
  };
}

/** A value of `uid` that equals the row's uid is not stored twice. */
function extraDefault(name: string, node: StoredNode): string {
  return name === "uid" ? node.spec.uid : "";
}

/** Its keys are made of what the node stores: a namespace that is a template stays one (compat.md 2.6). */
function statusOf(node: StoredNode, spec: Record<string, FormerResource[]>): Record<string, unknown> {
  const made = new Set(
    (node.status.resources ?? []).filter(({ uid }) => uid !== undefined).map(({ id }) => id),
  );
  const keys = Object.values(spec).flat().filter(({ id }) => made.has(id)).map((resource) => {
    const namespace = resource.targetNamespace || node.namespace;
    return `${String(resource.spec["kind"])}/${namespace}/${resource.nameTemplate ?? ""}@${resource.id}`;
  });
  const { resources, excludedResourceIds, conflictedResources } = node.status;
  return {
    appliedResources: keys,
    ...(resources === undefined ? {} : { resources: null }),
    ...(excludedResourceIds === undefined ? {} : { excludedResourceIds: null }),
    ...(conflictedResources === undefined ? {} : { conflictedResources: null }),
  };
}
