import type { ObjectPath } from "../api/givens.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { StoredNode } from "../api/stored.ts";
import { nodeEvent } from "./node_event.ts";
import type { Settled } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** Tells which fields got a new key or certificate, never what it is. */
export function reportMadeKeys(
  world: Pick<NodeWorld, "events">,
  node: StoredNode,
  { id, key, made }: { id: string; key: ObjectKey; made: readonly ObjectPath[] },
): void {
  if (made.length === 0) return;
  const fields = made.map((path) => pathText(path)).join(", ");
  const message = `${id}: a new key or certificate was made for ${fields} of ${key.kind} ${
    [key.namespace, key.name].filter((part) => part !== "").join("/")
  }, which had none; it is kept from now on`;
  nodeEvent(world, node, { type: "Normal", reason: "KeyGenerated", message });
}

/** `data["tls.key"]`, `spec.list[0].key`. */
function pathText(path: ObjectPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^\w+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** A template that makes a key failed at the moment that the key was needed. */
export function keyFailed(id: string, { field, message }: { field: string; message: string }): Settled {
  const text = `Failed to render resource ${id}: ${field}: ${message}`;
  return { state: "Failed", reason: "TemplateRenderError", message: text };
}

/** What the record keeps of what a rendering got besides the variables. */
export interface Told {
  readonly renderedAt?: string | undefined;
  readonly seed?: string | undefined;
  readonly values?: string | undefined;
}

export function toldBy({ renderedAt, seed, values }: Told = {}): Told {
  return {
    ...(renderedAt === undefined ? {} : { renderedAt }),
    ...(seed === undefined ? {} : { seed }),
    ...(values === undefined ? {} : { values }),
  };
}
