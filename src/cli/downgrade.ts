import type { Command } from "commander";
import type { ResourceRecord } from "../api/node.ts";
import { FORM_FINALIZER } from "../api/labels.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import type { KubeClient } from "../kube/client.ts";
import { createDiscovery, type Discovery } from "../kube/discovery.ts";
import { isConflict, isNotFound, KubeError, KubeUnreachable } from "../kube/error.ts";
import { createKubeClient } from "../kube/http_client.ts";
import { CredentialsError } from "../kube/credentials_error.ts";
import { loadCredentials } from "../kube/load_credentials.ts";
import { FORM, NODE } from "../operator/kinds.ts";
import { type Installed, leaseHolders, readInstalled } from "./downgrade_cluster.ts";
import { returnPatch } from "./downgrade_fields.ts";
import { arrayLosses, formLosses, hubLosses, nodeLosses } from "./downgrade_losses.ts";
import { formerNode, type FormerNodePatch } from "./downgrade_node.ts";
import { mappedVariables } from "../api/mapped_variables.ts";

interface DowngradeFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly write?: boolean;
  readonly whileRunning?: boolean;
}

/** `lynq downgrade`: brings a cluster to what the Go implementation stores, before its image is swapped back. */
export function addDowngradeCommand(program: Command): void {
  program.command("downgrade")
    .description(
      "write the resources back into every LynqNode, as the Go implementation (v1.1) stores them; " +
        "prints what would change and what it does otherwise, and writes with --write",
    )
    .option("--kubeconfig <path>", "kubeconfig file; $KUBECONFIG or ~/.kube/config unless told")
    .option("--context <name>", "context of the kubeconfig; its current one unless told")
    .option("-n, --namespace <name>", "hubs, forms and nodes of this namespace only; of all unless told")
    .option("--write", "write; without it nothing is changed")
    .option("--while-running", "write although an operator holds the lease, which would undo it")
    .action(async (flags: DowngradeFlags) => {
      try {
        Deno.exitCode = await connected(flags);
      } catch (error) {
        if (!(error instanceof CredentialsError)) console.error(messageOf(error));
        else console.error(error.message);
        Deno.exitCode = 1;
      }
    });
}

async function connected(flags: DowngradeFlags): Promise<number> {
  const client = createKubeClient(await loadCredentials(flags), { userAgent: "lynq-downgrade" });
  try {
    return await downgrade(client, flags);
  } finally {
    client.close();
  }
}

/** Exit codes: 0 all is as it was, 1 something can't be converted or written, 2 an operator runs. */
async function downgrade(client: KubeClient, flags: DowngradeFlags): Promise<number> {
  const now = new Date();
  const holders = await leaseHolders(client, now);
  if (flags.write && !flags.whileRunning && holders.length > 0) {
    console.error(
      `an operator is running and would undo it: the lease is held by ${holders.join(", ")}; scale its ` +
        "Deployment to 0 and try again when the lease has run out (15 s), or give --while-running",
    );
    return 2;
  }
  const installed = await readInstalled(client, flags.namespace);
  const plan = planDowngrade(installed, now);
  for (const loss of plan.losses) console.error(loss);
  const failed: string[] = [];
  if (flags.write) {
    const discovery = createDiscovery({ client });
    for (const step of plan.nodes) failed.push(...await writeNode({ client, discovery }, step));
    for (const form of plan.forms) failed.push(...await releaseForm(client, form));
    for (const message of failed) console.error(message);
  }
  const done = flags.write ? "written back" : "to write back; nothing was changed, give --write";
  console.log(`${plan.nodes.length} LynqNodes and ${plan.forms.length} LynqForms ${done}`);
  return plan.losses.length + failed.length === 0 ? 0 : 1;
}

interface NodeStep {
  readonly node: StoredNode;
  readonly patch: FormerNodePatch;
}

interface DowngradePlan {
  readonly nodes: readonly NodeStep[];
  readonly forms: readonly StoredForm[];
  /** One line each, `LynqNode default/acme-web: ...`. */
  readonly losses: readonly string[];
}

export function planDowngrade({ hubs, forms, nodes, revisions }: Installed, now: Date): DowngradePlan {
  const hubOf = (namespace: string, name: string | undefined) =>
    hubs.find((hub) => hub.namespace === namespace && hub.name === name);
  const told = (kind: string, at: { namespace: string; name: string }, losses: readonly string[]) =>
    losses.map((loss) => `${kind} ${at.namespace}/${at.name}: ${loss}`);
  const losses = hubs.flatMap((hub) => told("LynqHub", hub, hubLosses(hub, now)));
  for (const form of forms) {
    const hub = hubOf(form.namespace, form.spec.hubId);
    const variables = hub === undefined ? [] : mappedVariables(hub.spec);
    losses.push(...told("LynqForm", form, formLosses(form, variables, now)));
  }
  const steps: NodeStep[] = [];
  for (const node of nodes) {
    if (node.deleting) {
      losses.push(...told("LynqNode", node, ["it is being deleted: let the operator end that first"]));
      continue;
    }
    const form = forms.find((each) =>
      each.namespace === node.namespace && each.name === node.spec.templateRef
    );
    const name = node.spec.revision ?? form?.status.currentRevision;
    const found = revisions.find((each) => each.namespace === node.namespace && each.name === name);
    const revision = found === undefined ? undefined : {
      arrays: found.arrays,
      generation: name === form?.status.currentRevision ? form?.generation ?? 0 : found.revision,
    };
    const patch = formerNode({ node, hub: hubOf(node.namespace, node.hub)?.spec, form, revision });
    if (typeof patch === "string") {
      losses.push(...told("LynqNode", node, [`it can't be written back: ${patch}`]));
      continue;
    }
    const byHand = node.hub === undefined ? arrayLosses(node.spec, variablesOf(node)) : [];
    losses.push(...told("LynqNode", node, [...nodeLosses(node, now), ...patch.losses, ...byHand]));
    steps.push({ node, patch });
  }
  return {
    nodes: steps,
    forms: forms.filter(({ finalizers }) => finalizers.includes(FORM_FINALIZER)),
    losses,
  };
}

function variablesOf({ spec }: StoredNode): string[] {
  return ["uid", "activate", "hostOrUrl", "host", "hubId", "templateRef", ...Object.keys(spec.values ?? {})];
}

interface Writing {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/**
 * Children first: a node that lists them finds their fields in its own hands. Its list is empty while its arrays are
 * written, so that at no time it names what the arrays don't. What can't be written is told, one line each.
 */
async function writeNode(at: Writing, { node, patch }: NodeStep): Promise<string[]> {
  const ref = { type: NODE, namespace: node.namespace, name: node.name };
  const status = async (part: Record<string, unknown>) =>
    await at.client.patch(ref, { type: "merge", body: { status: part } }, {
      ...MANAGER,
      subresource: "status",
    });
  const failed: string[] = [];
  for (const record of node.status.resources ?? []) {
    if (record.uid === undefined) continue;
    const problem = await returnFields(at, record);
    if (problem !== undefined) {
      failed.push(`${record.kind} ${record.namespace ?? ""}/${record.name}: ${problem}`);
    }
  }
  try {
    await status({ ...patch.status, appliedResources: [] });
    await at.client.patch(ref, { type: "merge", body: patch.object }, MANAGER);
    await status(patch.status);
  } catch (error) {
    failed.push(`LynqNode ${node.namespace}/${node.name}: ${messageOf(error)}; run the command again`);
  }
  return failed;
}

/** Throws on what is no answer of the API server. */
function messageOf(error: unknown): string {
  if (error instanceof KubeError || error instanceof KubeUnreachable) return error.message;
  throw error;
}

const MANAGER = { fieldManager: "lynq" };

/** Others write status while we read: so often it is read again. */
const ATTEMPTS = 5;

async function returnFields(
  { client, discovery }: Writing,
  record: ResourceRecord,
): Promise<string | undefined> {
  for (let attempt = 1;; attempt++) {
    try {
      const found = await discovery.resolve(record.apiVersion, record.kind);
      if (found.kind === "absent") return "its kind is not served";
      const ref = { type: found.type, namespace: record.namespace, name: record.name };
      const live = await client.get(ref, { metadataOnly: true });
      const body = live.metadata.uid === record.uid ? returnPatch(live) : undefined;
      if (body !== undefined) await client.patch(ref, { type: "json", body }, MANAGER);
      return undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error) || attempt === ATTEMPTS) return messageOf(error);
    }
  }
}

/** Nobody would remove our finalizer any more. */
async function releaseForm(client: KubeClient, form: StoredForm): Promise<string[]> {
  const finalizers = form.finalizers.filter((finalizer) => finalizer !== FORM_FINALIZER);
  const body = { metadata: { uid: form.uid, resourceVersion: form.resourceVersion, finalizers } };
  const ref = { type: FORM, namespace: form.namespace, name: form.name };
  try {
    await client.patch(ref, { type: "merge", body }, MANAGER);
    return [];
  } catch (error) {
    return [`LynqForm ${form.namespace}/${form.name}: ${messageOf(error)}; run the command again`];
  }
}
