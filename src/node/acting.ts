import type { Account } from "../api/account.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

/**
 * The world as the node's account has it: what is asked about its resources, and what is written of them, is asked and
 * written as that ServiceAccount. All else stays the operator's own: caches, the node itself, its seed, and looks that
 * keep something from being deleted by mistake.
 */
export function actingFor(world: NodeWorld, node: Pick<StoredNode, "namespace" | "spec">): NodeWorld {
  const account = accountOf(world, node);
  return account === undefined ? world : { ...world, account, ...world.accounts.as(account) };
}

function accountOf(
  { accounts }: Pick<NodeWorld, "accounts">,
  { namespace, spec }: Pick<StoredNode, "namespace" | "spec">,
): Account | undefined {
  const name = spec.serviceAccountName ?? accounts.standard;
  return name === undefined ? undefined : { namespace, name };
}
