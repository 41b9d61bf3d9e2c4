import { type FormSpec, formSpec } from "../api/form.ts";
import type { ObjectPath } from "../api/givens.ts";
import type { HubSpec } from "../api/hub.ts";
import { mappedVariables, sensitiveNames } from "../api/mapped_variables.ts";
import { collectResources, type PlacedResource } from "../api/resource.ts";
import type { RowVerdict } from "../api/row.ts";
import type { NodeIdentity, RenderedResource, UnrenderedResource, Variables } from "../api/stages.ts";
import type { StoredForm } from "../api/stored.ts";
import { templatedFields } from "../api/templated_fields.ts";
import { describeGraphError } from "../graph/waves.ts";
import { type NodeWanted, planHub } from "../hub/plan.ts";
import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { toDesiredObject } from "../node/desired_object.ts";
import { type PreparedForm, type PreparedResource, prepareForm } from "../node/prepared_form.ts";
import { withValue } from "../node/object_path.ts";
import { type Seed, seedOfText } from "../node/random_stream.ts";
import { exposedText, type SensitiveUse } from "../node/sensitive_use.ts";
import { buildVariables } from "../node/variables.ts";
import { parseTemplate, TemplateError } from "../template/mod.ts";
import { suggest } from "../template/suggest.ts";
import type { Manifest } from "./manifest.ts";
import type { OfflineKinds } from "./offline_kinds.ts";

/** A hub's rows and the forms that they are multiplied with. */
export interface RenderInput {
  readonly hub: { readonly name: string; readonly namespace: string; readonly spec: HubSpec };
  readonly forms: readonly Manifest[];
  readonly rows: readonly RowVerdict[];
  readonly kinds: OfflineKinds;
  /** What random values are derived from, in place of the seed that each node has in a cluster. */
  readonly seed: string;
  /** Sensitive values are shown as they are; without it a mark stands for each. */
  readonly showSensitive?: boolean;
}

/** An object as it would be applied, without the owner that only a cluster can tell. */
export interface RenderedDocument {
  readonly row: string;
  readonly form: string;
  readonly id: string;
  readonly object: KubeObject;
  /** The kind is not known offline: it is shown as namespaced. */
  readonly unknownKind: boolean;
}

export interface Rendering {
  readonly documents: readonly RenderedDocument[];
  /** What is not rendered, and why. */
  readonly problems: readonly string[];
  /** Some values are derived from the seed. */
  readonly random: boolean;
}

/** Renders every form for every active row: node by node, in the order in which resources are applied. Pure. */
export function renderForms(input: RenderInput): Rendering {
  const stored = new Map(input.forms.map((form) => [form.name, { manifest: form, ...storedForm(form) }]));
  const plan = planHub({
    hub: input.hub.name,
    forms: [...stored.values()].map(({ form }) => form),
    // What a paused row would get is what is asked here.
    rows: input.rows.map((verdict) => verdict.kind === "paused" ? { ...verdict, kind: "active" } : verdict),
    nodes: [],
    now: new Date(0),
  });
  const prepared = new Map([...stored].map(([name, { form }]) => [name, prepareForm(form.spec)]));
  const documents: RenderedDocument[] = [];
  let random = false;
  const problems = plan.problems.map(({ uid, message }) => `row ${JSON.stringify(uid)}: ${message}`);
  for (const change of plan.changes) {
    const wanted = change.kind === "create" ? change.wanted : undefined;
    const form = stored.get(wanted?.form ?? "");
    const ready = prepared.get(wanted?.form ?? "");
    if (wanted === undefined || form === undefined || ready === undefined) continue;
    const node = renderNode(input, {
      wanted,
      manifest: form.manifest,
      spec: form.form.spec,
      prepared: ready,
    });
    documents.push(...node.documents);
    problems.push(...node.problems);
    random ||= node.random;
  }
  return { documents, problems, random };
}

/** The form as a hub plans with it. Its rollout and pause are left out: nothing waits here. */
function storedForm(manifest: Manifest): { form: StoredForm } {
  const { rollout: _, paused: _paused, pausedUntil: _until, ...spec } = formSpec.parse(
    manifest.object["spec"],
  );
  const form: StoredForm = {
    namespace: manifest.namespace ?? "",
    name: manifest.name,
    uid: "",
    resourceVersion: "",
    generation: 1,
    deleting: false,
    finalizers: [],
    annotations: {},
    createdAt: undefined,
    spec,
    status: { currentRevision: manifest.name },
  };
  return { form };
}

interface NodeInput {
  readonly wanted: NodeWanted;
  readonly manifest: Manifest;
  readonly spec: FormSpec;
  readonly prepared: PreparedForm;
}

function renderNode(input: RenderInput, { wanted, manifest, spec, prepared }: NodeInput): Rendering {
  const { hub, kinds } = input;
  const { row, form } = wanted;
  const where = `row ${row.uid}, form ${form}`;
  if (prepared.waves.kind !== "waves") {
    return nothing(`${where}: ${describeGraphError(prepared.waves)}`);
  }
  const result = buildVariables({
    spec: { uid: row.uid, templateRef: form, hubId: hub.name, values: row.values },
    annotations: {},
  });
  if (result.kind === "invalid") return nothing(`${where}: ${result.message}`);
  const places = new Map(collectResources(spec).map((placed) => [placed.resource.id, placed]));
  const node: NodeIdentity = { namespace: hub.namespace, name: wanted.name, uid: "" };
  const documents: RenderedDocument[] = [];
  const problems: string[] = [];
  const seed = seedOfText(input.seed, node);
  let random = false;
  for (const id of prepared.waves.waves.flat()) {
    const resource = prepared.resources.find((resource) => resource.id === id);
    const placed = places.get(id);
    if (resource === undefined || placed === undefined) continue;
    const use = resource.uses(sensitiveNames(hub.spec));
    const rendered = renderResource(resource, {
      ...{ node, variables: result.variables, seed, use },
      quotes: use.kind === "none" || input.showSensitive === true,
    });
    if (rendered === undefined) continue;
    random ||= resource.needs.random;
    if (rendered.kind === "rendered") {
      const hidden = use.kind === "body" && input.showSensitive !== true ? use.paths : [];
      documents.push(finished(rendered, { row: row.uid, form, node, kinds, hidden }));
    } else {
      const told = failureText(rendered, { placed, manifest, hub, variables: result.variables });
      problems.push(`${where}, ${told}`);
    }
  }
  return { documents, problems, random };
}

function nothing(problem: string): Rendering {
  return { documents: [], problems: [problem], random: false };
}

/** undefined where the node does without the resource. */
function renderResource(
  resource: PreparedResource,
  of: { node: NodeIdentity; variables: Variables; seed: Seed; use: SensitiveUse; quotes: boolean },
): RenderedResource | UnrenderedResource | undefined {
  const { node, variables, seed, use, quotes } = of;
  const { id, policy } = resource;
  if (use.kind === "exposed") {
    return { kind: "unrendered", id, policy, field: use.field, message: exposedText(use.variable) };
  }
  const inclusion = resource.inclusion(variables, { quotes });
  if (inclusion.kind === "unrendered") return inclusion;
  return inclusion.kind === "excluded" ? undefined : resource.render(node, variables, { seed, quotes });
}

interface Place {
  readonly row: string;
  readonly form: string;
  readonly node: NodeIdentity;
  readonly kinds: OfflineKinds;
  /** Paths below the rendered object that sensitive values went into. */
  readonly hidden: readonly ObjectPath[];
}

/** What stands in place of a field that sensitive values went into. */
const HIDDEN = "[sensitive]";

function finished(rendered: RenderedResource, { row, form, node, kinds, hidden }: Place): RenderedDocument {
  const { apiVersion = "", kind = "" } = rendered.object;
  const known = kinds.typeOf(apiVersion, kind);
  const assumed: ResourceType = { ...parseApiVersion(apiVersion), kind, plural: "", namespaced: true };
  const desired = toDesiredObject(rendered, known ?? assumed, { ...node, spec: { uid: row } });
  const object = hidden.reduce<KubeObject>((shown, path) => {
    // What was rendered into a Secret's stringData stands in its data.
    const at = path[0] === "stringData" && shown["stringData"] === undefined
      ? ["data", ...path.slice(1)]
      : path;
    return withValue(shown, at, HIDDEN) as KubeObject;
  }, desired.object);
  const { ownerReferences: _, name, namespace, ...more } = object.metadata;
  const metadata = { name: name ?? "", ...namespace === undefined ? {} : { namespace }, ...more };
  return { row, form, id: rendered.id, object: { ...object, metadata }, unknownKind: known === undefined };
}

interface Failure {
  readonly placed: PlacedResource;
  readonly manifest: Manifest;
  readonly hub: RenderInput["hub"];
  readonly variables: Variables;
}

/** `resource web, spec.spec.replicas (form.yaml:21): ...`, and of a variable that is missing, what there is. */
function failureText({ id, field, message }: UnrenderedResource, failure: Failure): string {
  const { placed, manifest, hub, variables } = failure;
  const line = manifest.line(`spec.${placed.place}.${field}`);
  const text = templatedFields(placed.resource).find((templated) => templated.field === field)?.text ?? "";
  const missing = unmapped(text, Object.keys(variables)).map((name) => `; ${adviceFor(name, hub)}`);
  return `resource ${id}, ${field} (${manifest.file}:${line}): ${message}${missing.join("")}`;
}

/** The variables that a template needs and that are not among the given ones. */
function unmapped(text: string, variables: readonly string[]): string[] {
  try {
    const template = parseTemplate(text);
    return template.variables.filter((name) =>
      !variables.includes(name) && !template.optional.includes(name)
    );
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

function adviceFor(name: string, hub: RenderInput["hub"]): string {
  const mapped = mappedVariables(hub.spec);
  if (mapped.includes(name)) return `the hub ${hub.name} maps ${name}, but the row has no value for it`;
  const hint = suggest(name, mapped);
  return `the hub ${hub.name} maps no ${name}${hint === undefined ? "" : ` (${hint})`}; it maps ${
    mapped.join(", ")
  }`;
}
