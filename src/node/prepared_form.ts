import { Buffer } from "node:buffer";
import { collectResources, type Resource, type ResourceArrays } from "../api/resource.ts";
import type { NodeIdentity, RenderedResource, UnrenderedResource, Variables } from "../api/stages.ts";
import { toWaves, type Waves } from "../graph/waves.ts";
import type { KubeObject } from "../kube/object.ts";
import type { Template, TemplateError } from "../template/mod.ts";
import {
  type CompiledValue,
  compileObject,
  compileText,
  compileTexts,
  FieldError,
  type FieldTyping,
} from "./compiled_value.ts";
import { canonicalJson, textHash } from "./object_hash.ts";

/** Rendering changed its meaning: what was rendered under another version is rendered anew. */
const RENDER_VERSION = 2;

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
  /** Hash of all that a render of this resource for this node depends on. */
  readonly inputs: (node: NodeIdentity, variables: Variables) => string;
  readonly render: (node: NodeIdentity, variables: Variables) => RenderedResource | UnrenderedResource;
}

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
}

function compileParts(policy: Resource, typing: FieldTyping | undefined): Parts {
  const spelling = policy.targetNamespace ? "targetNamespace" : "namespaceTemplate";
  const namespace = policy[spelling];
  const texts = (field: "labelsTemplate" | "annotationsTemplate") => compileTexts(policy[field] ?? {}, field);
  return {
    name: policy.nameTemplate ? compileText(policy.nameTemplate, "nameTemplate") : undefined,
    namespace: namespace ? compileText(namespace, spelling) : undefined,
    labels: texts("labelsTemplate"),
    annotations: texts("annotationsTemplate"),
    body: compileObject(policy.spec, "spec", typing),
  };
}

function templatesOf(parts: Parts): Template[] {
  return Object.values(parts).flatMap((part: CompiledValue | undefined) => part?.templates ?? []);
}

/** The parts' templates, or the error of the first one that does not parse. */
export function prepareResource(policy: Resource, typing?: FieldTyping): PreparedResource {
  const id = policy.id;
  const text = `${RENDER_VERSION}\n${canonicalJson(policy)}`;
  try {
    const parts = compileParts(policy, typing);
    const entry = textHash(`${text}\n${parts.body.typed.join("\n")}`);
    const templates = templatesOf(parts);
    return {
      id,
      policy,
      inputs: inputsOf(entry, templates),
      render: (node, variables) =>
        renderParts({ policy, parts, inputs: inputsOf(entry, templates) }, node, variables),
    };
  } catch (error) {
    const failure = unrendered(policy, error, []);
    return { id, policy, inputs: () => textHash(text), render: () => failure };
  }
}

/** A template that uses the dot as a whole reads every variable. */
function inputsOf(entry: string, templates: readonly Template[]): PreparedResource["inputs"] {
  const all = templates.some((template) => template.readsAll);
  const names = [...new Set(templates.flatMap((template) => [...template.variables]))].sort();
  return (node, variables) => {
    const read = all ? variables : Object.fromEntries(names.map((name) => [name, variables[name] ?? null]));
    return textHash(`${entry}\n${node.namespace}/${node.name}/${node.uid}\n${canonicalJson(read)}`);
  };
}

function renderParts(
  prepared: { policy: Resource; parts: Parts; inputs: PreparedResource["inputs"] },
  node: NodeIdentity,
  variables: Variables,
): RenderedResource | UnrenderedResource {
  const { policy, parts } = prepared;
  try {
    const body = parts.body.render(variables) as KubeObject;
    const name = text(parts.name?.render(variables)) || text(body.metadata?.name);
    if (name === "") {
      return { kind: "unrendered", id: policy.id, policy, field: "nameTemplate", message: NO_NAME };
    }
    const metadata = {
      ...body.metadata,
      name,
      labels: { ...body.metadata?.labels, ...texts(parts.labels.render(variables)) },
      annotations: { ...body.metadata?.annotations, ...texts(parts.annotations.render(variables)) },
    };
    const size = Buffer.byteLength(JSON.stringify(body));
    if (size > OBJECT_LIMIT_BYTES) return tooLarge(policy, size);
    return {
      kind: "rendered",
      id: policy.id,
      policy,
      object: { ...body, metadata },
      namespace: text(parts.namespace?.render(variables)) || node.namespace,
      name,
      inputs: prepared.inputs(node, variables),
    };
  } catch (error) {
    return unrendered(policy, error, unmapped(parts, variables));
  }
}

const NO_NAME = "the object has no name: nameTemplate and spec.metadata.name are both empty; set one of them";

function tooLarge(policy: Resource, size: number): UnrenderedResource {
  const message =
    `the rendered object has ${size} bytes, more than ${OBJECT_LIMIT_BYTES}; split it into several`;
  return { kind: "unrendered", id: policy.id, policy, field: "spec", message };
}

function unrendered(policy: Resource, error: unknown, unmapped: readonly string[]): UnrenderedResource {
  if (!(error instanceof FieldError)) throw error;
  const message = explain(error.error, { policy, unmapped });
  return { kind: "unrendered", id: policy.id, policy, field: error.field, message };
}

/** Why a function failed may quote what it was given, which of a Secret nobody may read elsewhere. */
function explain(error: TemplateError, of: { policy: Resource; unmapped: readonly string[] }): string {
  if (error.stage === "parse" || of.policy.spec["kind"] !== "Secret") return error.message;
  if (of.unmapped.length > 0) return `${error.site}: no variable is named ${of.unmapped.join(", ")}`;
  return `${error.site}: the reason is withheld, since it may quote a value of the Secret`;
}

/** The variables that the templates read and the row does not have. */
function unmapped(parts: Parts, variables: Variables): string[] {
  const read = templatesOf(parts).flatMap((template) => [...template.variables]);
  return [...new Set(read)].filter((name) => !Object.hasOwn(variables, name));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The rendered value of a `labelsTemplate`: text by text. */
function texts(value: unknown): Record<string, string> {
  return value as Record<string, string>;
}
