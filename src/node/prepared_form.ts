import { Buffer } from "node:buffer";
import type { KeySource, MadeKey } from "../api/givens.ts";
import { collectResources, type Resource, type ResourceArrays } from "../api/resource.ts";
import type { NodeIdentity, RenderedResource, UnrenderedResource, Variables } from "../api/stages.ts";
import { toWaves, type Waves } from "../graph/waves.ts";
import type { KubeObject } from "../kube/object.ts";
import {
  type CompiledField,
  type CompiledValue,
  compileObject,
  compileText,
  compileTexts,
  type FieldTyping,
} from "./compiled_value.ts";
import { unrendered } from "./explain_error.ts";
import { canonicalJson, textHash } from "./object_hash.ts";
import {
  fieldSources,
  givensOf,
  type Needs,
  needsOf,
  type PlacedField,
  type RenderSources,
  withSensitive,
} from "./render_sources.ts";
import { NO_USE, type SensitiveUse, sensitiveUse, type UsingFields } from "./sensitive_use.ts";

/** Rendering changed its meaning: what was rendered under another version is rendered anew. */
const RENDER_VERSION = 3;

/** An object the API server would refuse anyway; etcd takes about 1.5 MiB a request. */
const OBJECT_LIMIT_BYTES = 1 << 20;

/** A form's resources with their templates parsed once, shared by all nodes of one revision. */
export interface PreparedForm {
  readonly resources: readonly PreparedResource[];
  readonly waves: Waves;
}

export interface PreparedResource {
  readonly id: string;
  readonly policy: Resource;
  readonly needs: Needs;
  /** Where it reads these variables. */
  readonly uses: (names: readonly string[]) => SensitiveUse;
  /** Hash of all that a render of this resource for this node depends on. */
  readonly inputs: (node: NodeIdentity, variables: Variables) => string;
  /** Whether this node has the resource at all, as its `includeWhen` says. */
  readonly inclusion: (variables: Variables, sources?: RenderSources) => Inclusion;
  /** Keys are made and time and random values are the machine's, unless the sources tell otherwise. */
  readonly render: (
    node: NodeIdentity,
    variables: Variables,
    sources?: RenderSources,
  ) => RenderedResource | UnrenderedResource;
}

export type Inclusion = { readonly kind: "included" | "excluded" } | UnrenderedResource;

/** The field types of a kind, where they are known. */
export type TypingOf = (apiVersion: string, kind: string) => FieldTyping | undefined;

/** Parses every template of a form. A template that does not parse makes its own resource fail, not the form. */
export function prepareForm(arrays: ResourceArrays, typingOf: TypingOf = () => undefined): PreparedForm {
  const resources = collectResources(arrays).map(({ resource }) => {
    const { apiVersion, kind } = resource.spec;
    return prepareResource(resource, typingOf(String(apiVersion), String(kind)));
  });
  return {
    resources,
    waves: toWaves(resources.map(({ id, policy }) => ({ id, dependIds: policy.dependIds }))),
  };
}

interface Parts {
  readonly name: CompiledValue | undefined;
  readonly namespace: CompiledValue | undefined;
  readonly labels: CompiledValue;
  readonly annotations: CompiledValue;
  readonly body: CompiledValue;
  readonly includeWhen: CompiledValue | undefined;
}

function compileParts(policy: Resource, typing: FieldTyping | undefined): Parts {
  const spelling = policy.targetNamespace ? "targetNamespace" : "namespaceTemplate";
  const text = (field: "nameTemplate" | "targetNamespace" | "namespaceTemplate" | "includeWhen") => {
    const template = policy[field];
    return template ? compileText(template, field) : undefined;
  };
  const texts = (field: "labelsTemplate" | "annotationsTemplate") => compileTexts(policy[field] ?? {}, field);
  return {
    name: text("nameTemplate"),
    namespace: text(spelling),
    labels: texts("labelsTemplate"),
    annotations: texts("annotationsTemplate"),
    body: compileObject(policy.spec, "spec", typing),
    includeWhen: text("includeWhen"),
  };
}

function fieldsOf(parts: Parts): CompiledField[] {
  return Object.values(parts).flatMap((part: CompiledValue | undefined) => part?.fields ?? []);
}

function usingFields({ body, ...others }: Parts): UsingFields {
  const shown = Object.values(others).flatMap((part: CompiledValue | undefined) => part?.fields ?? []);
  return { body: body.fields, shown };
}

/** The templates that stand in the object itself. Its name and namespace are what it is found by. */
function placedFields({ body, labels, annotations }: Parts): PlacedField[] {
  const within = (part: CompiledValue, at: readonly string[]) =>
    part.fields.map((field) => ({ field, path: [...at, ...field.path] }));
  return [
    ...within(body, []),
    ...within(labels, ["metadata", "labels"]),
    ...within(annotations, ["metadata", "annotations"]),
  ];
}

interface Prepared {
  readonly policy: Resource;
  readonly parts: Parts;
  readonly needs: Needs;
  readonly inputs: PreparedResource["inputs"];
}

/** The parts' templates, or the error of the first one that does not parse. */
export function prepareResource(policy: Resource, typing?: FieldTyping): PreparedResource {
  const id = policy.id;
  const text = `${RENDER_VERSION}\n${canonicalJson(renderedPart(policy))}`;
  try {
    const parts = compileParts(policy, typing);
    const fields = fieldsOf(parts);
    const typed = fields.flatMap((field) => field.typed ? [field.field] : []);
    const needs = needsOf(fields);
    const inputs = inputsOf(textHash(`${text}\n${typed.join("\n")}`), fields);
    const prepared: Prepared = { policy, parts, needs, inputs };
    return {
      id,
      policy,
      needs,
      uses: (names) => sensitiveUse(usingFields(parts), names),
      inputs,
      inclusion: (variables, sources = {}) => decideInclusion(prepared, variables, sources),
      render: (node, variables, sources = {}) => renderParts(prepared, { node, variables, sources }),
    };
  } catch (error) {
    const failure = unrendered(error, { policy, fields: [], variables: {}, quotes: false });
    const needs = { random: false, clock: false, keys: false };
    return {
      id,
      policy,
      needs,
      uses: () => NO_USE,
      inputs: () => textHash(text),
      inclusion: () => ({ kind: "included" }),
      render: () => failure,
    };
  }
}

/** What of a form entry has no part in the object: an edit of it renders nothing anew. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "dependIds",
  "skipOnDependencyFailure",
  "waitForReady",
  "timeoutSeconds",
  "readyWhen",
  "driftPolicy",
  "recreateOnImmutable",
]);

function renderedPart(policy: Resource): Record<string, unknown> {
  return Object.fromEntries(Object.entries(policy).filter(([field]) => !ELSEWHERE.has(field)));
}

/** A template that uses the dot as a whole reads every variable. */
function inputsOf(entry: string, fields: readonly CompiledField[]): PreparedResource["inputs"] {
  const all = fields.some(({ template }) => template.readsAll);
  const names = [...new Set(fields.flatMap(({ template }) => [...template.variables]))].sort();
  return (node, variables) => {
    const read = all ? variables : Object.fromEntries(names.map((name) => [name, variables[name] ?? null]));
    return textHash(`${entry}\n${node.namespace}/${node.name}/${node.uid}\n${canonicalJson(read)}`);
  };
}

function decideInclusion(
  { policy, parts }: Prepared,
  variables: Variables,
  { quotes = false, left }: RenderSources,
): Inclusion {
  if (parts.includeWhen === undefined) return { kind: "included" };
  try {
    const answer = text(parts.includeWhen.render(variables, { left })).trim();
    if (answer === "true") return { kind: "included" };
    if (answer === "false") return { kind: "excluded" };
    const gave = answer === "" ? "an empty text" : `a text of ${answer.length} characters`;
    const message = `it gives ${gave} where true or false is wanted: ` +
      'compare the variable, as in {{ eq .plan "pro" }}, or write {{ bool .flag }}';
    return { kind: "unrendered", id: policy.id, policy, field: "includeWhen", message };
  } catch (error) {
    return unrendered(error, { policy, fields: fieldsOf(parts), variables, quotes });
  }
}

interface Rendering {
  readonly node: NodeIdentity;
  readonly variables: Variables;
  readonly sources: RenderSources;
}

function renderParts(
  prepared: Prepared,
  { node, variables, sources }: Rendering,
): RenderedResource | UnrenderedResource {
  const { policy, parts } = prepared;
  const of = fieldSources(policy.id, sources);
  const full = withSensitive(variables, sources);
  try {
    const body = parts.body.render(full, of) as KubeObject;
    const name = text(parts.name?.render(variables, of)) || text(body.metadata?.name);
    if (name === "") {
      return { kind: "unrendered", id: policy.id, policy, field: "nameTemplate", message: NO_NAME };
    }
    const metadata = {
      ...body.metadata,
      name,
      labels: { ...body.metadata?.labels, ...texts(parts.labels.render(variables, of)) },
      annotations: { ...body.metadata?.annotations, ...texts(parts.annotations.render(variables, of)) },
    };
    const size = Buffer.byteLength(JSON.stringify(body));
    if (size > OBJECT_LIMIT_BYTES) return tooLarge(policy, size);
    const object = { ...body, metadata };
    const placed = {
      fields: placedFields(parts),
      needs: prepared.needs,
      body: { spec: policy.spec, fields: parts.body.fields },
      object,
      variables,
    };
    const givens = givensOf(
      placed,
      sources,
      (field) => (privateKey) => madeKey(prepared, field, { variables: full, sources, privateKey }),
    );
    return {
      kind: "rendered",
      id: policy.id,
      policy,
      object,
      namespace: text(parts.namespace?.render(variables, of)) || node.namespace,
      name,
      inputs: prepared.inputs(node, variables),
      ...(givens === undefined ? {} : { givens }),
      ...(sources.sensitive === undefined ? {} : { sealing: sources.sensitive.key }),
    };
  } catch (error) {
    const { quotes = false } = sources;
    return unrendered(error, { policy, fields: fieldsOf(parts), variables, quotes });
  }
}

function madeKey(
  { policy, parts }: Prepared,
  field: CompiledField,
  of: Omit<Rendering, "node"> & { readonly privateKey: KeySource },
): MadeKey {
  const { variables, sources: { quotes = false }, privateKey } = of;
  try {
    return { kind: "made", value: field.render(variables, { world: () => ({ privateKey }) }) };
  } catch (error) {
    const failure = unrendered(error, { policy, fields: fieldsOf(parts), variables, quotes });
    return { kind: "failed", field: failure.field, message: failure.message };
  }
}

const NO_NAME = "the object has no name: nameTemplate and spec.metadata.name are both empty; set one of them";

function tooLarge(policy: Resource, size: number): UnrenderedResource {
  const message =
    `the rendered object has ${size} bytes, more than ${OBJECT_LIMIT_BYTES}; split it into several`;
  return { kind: "unrendered", id: policy.id, policy, field: "spec", message };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The rendered value of a `labelsTemplate`: text by text. */
function texts(value: unknown): Record<string, string> {
  return value as Record<string, string>;
}
