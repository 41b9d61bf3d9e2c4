import { redactText } from "../telemetry/redact.ts";
import { age } from "./age.ts";
import { nodeQueryHref } from "./node_query.ts";
import type { ConditionView, NodeState, NodeView, ResourceView } from "./state.ts";

export interface NodePage {
  readonly name: string;
  readonly namespace: string;
  readonly hub: string;
  readonly form: string;
  readonly hubHref: string;
  readonly formHref: string;
  readonly state: NodeState;
  readonly reason: string;
  readonly message: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly conditions: readonly (ConditionView & { readonly age: string })[];
  readonly resources: readonly ResourceView[];
}

const EVERY_NODE = { state: undefined, hub: undefined, form: undefined, search: "", page: 1 };

/** Everything that a node's own page shows. */
export function nodePage(node: NodeView, now: Date): NodePage {
  const { namespace, name, hub, form } = node;
  return {
    name,
    namespace,
    hub,
    form,
    hubHref: nodeQueryHref(EVERY_NODE, { hub: `${namespace}/${hub}` }),
    formHref: nodeQueryHref(EVERY_NODE, { form: `${namespace}/${form}` }),
    state: node.state,
    reason: node.reason,
    message: redactText(node.message),
    facts: [
      { label: "Ready", value: `${node.ready} of ${node.desired}` },
      { label: "Failed", value: String(node.failed) },
      { label: "Conflicted", value: String(node.conflicted) },
      { label: "Skipped", value: String(node.skipped) },
      { label: "Age", value: age(node.createdAt, now) || "unknown" },
    ],
    conditions: node.conditions.map((condition) => ({
      ...condition,
      message: redactText(condition.message),
      age: age(condition.since, now),
    })),
    resources: node.resources.map((resource) => ({ ...resource, message: redactText(resource.message) })),
  };
}
