import { type Change, counted } from "./demo_changes.ts";
import { clip, fit, type Line, span, type Style, widthOf } from "./demo_line.ts";
import {
  countsOf,
  type DemoNode,
  type DemoResource,
  type DemoState,
  isSettled,
  isTenantSettled,
  type NodeProgress,
  type Tenant,
} from "./demo_state.ts";

/** What a frame is made of. */
export interface ViewInput {
  readonly state: DemoState;
  /** The newest last. */
  readonly changes: readonly TimedChange[];
  /** Seconds since the operator started, and until everything was Ready for the first time. */
  readonly seconds: number;
  readonly readyAfter: number | undefined;
  readonly requests: number;
  /** Counts up while something moves. */
  readonly turn: number;
  readonly size: { readonly width: number; readonly height: number };
}

export interface TimedChange extends Change {
  readonly seconds: number;
}

const SPINNER = ["◐", "◓", "◑", "◒"];
/** Columns of a progress bar; with the short one four forms of one word fit on a terminal of 80. */
const BAR = { short: 10, long: 24, from: 96 };
const CHANGES = 5;

/** One frame: counts, the tenants with their nodes and resources, and what happened last. Never wider or higher than `size`. */
export function demoView(input: ViewInput): Line[] {
  const { width, height } = input.size;
  const head = [headline(input), []];
  const changes = input.changes.slice(-Math.max(1, Math.min(CHANGES, height - 10))).map(changeLine);
  const foot = changes.length === 0 ? [] : [[], ...changes];
  const room = height - head.length - foot.length;
  const body = tenantLines(input, { width, room });
  return [...head, ...body, ...foot].slice(0, Math.max(1, height)).map((line) => clip(line, width));
}

function headline({ state, seconds, readyAfter, requests, size }: ViewInput): Line {
  const { rows, nodes, readyNodes, resources, readyResources } = countsOf(state);
  const count = (ready: number, all: number) => span(`${ready}/${all}`, ready === all ? "good" : "busy");
  const told = [
    span("  "),
    span(counted(rows, "row"), "accent"),
    span(" → ", "dim"),
    count(readyNodes, nodes),
    span(" nodes"),
    span(" → ", "dim"),
    count(readyResources, resources),
    span(" resources   "),
    ...outcome(state),
    span(
      isSettled(state) ? `, first in ${seconds1(readyAfter ?? seconds)}` : ` · ${seconds1(seconds)}`,
      "dim",
    ),
  ];
  const longer = [...told, span(` · ${counted(requests, "request")}`, "dim")];
  return widthOf(longer) > size.width ? told : longer;
}

function outcome(state: DemoState): Line {
  if (state.hubProblem !== "") return [span(`✗ ${state.hubProblem}`, "bad")];
  return isSettled(state) ? [span("✓ all Ready", "good")] : [span("on the way", "busy")];
}

export function seconds1(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

function tenantLines(input: ViewInput, { width, room }: { width: number; room: number }): Line[] {
  const { tenants, forms } = input.state;
  const full = tenants.flatMap((tenant) => [...fullTenant(input, tenant), []]).slice(0, -1);
  if (full.length <= room) return full;
  const shortened = input.state.tenants.map((tenant) => compactTenant(input, tenant, width));
  if (shortened.length <= room) return shortened;
  // What is still moving or has failed is what people look for.
  const shown = [
    ...tenants.filter((tenant) => !isTenantSettled(tenant, forms)),
    ...tenants.filter((tenant) => isTenantSettled(tenant, forms)),
  ].slice(0, Math.max(0, room - 1));
  const hidden = tenants.filter((tenant) => !shown.includes(tenant));
  const ready = hidden.filter((tenant) => isTenantSettled(tenant, forms)).length;
  return [
    ...tenants.filter((tenant) => shown.includes(tenant)).map((tenant) =>
      compactTenant(input, tenant, width)
    ),
    [span(`  … and ${hidden.length} more, ${ready} of them Ready`, "dim")],
  ];
}

function tenantHead({ state, turn, size }: ViewInput, tenant: Tenant): Line {
  const { desired, ready } = tenantCounts(tenant);
  const settled = isTenantSettled(tenant, state.forms);
  const left = tenant.row === "active" ? "" : tenant.row === "gone" ? "  row deleted" : "  row inactive";
  return [
    span("  "),
    settled
      ? span(tenant.row === "active" ? "●" : "○", tenant.row === "active" ? "good" : "dim")
      : span(SPINNER[turn % SPINNER.length] ?? "◐", toneOf(tenant)),
    span(" "),
    span(fit(tenant.uid, 12), tenant.row === "active" ? "bold" : "dim"),
    span(" "),
    span(fit(tenant.plan, 11), "row"),
    span(" "),
    ...bar(ready, desired, size.width < BAR.from ? BAR.short : BAR.long),
    span(` ${ready}/${desired}`.padEnd(7)),
    span(left, "dim"),
  ];
}

function compactTenant(input: ViewInput, tenant: Tenant, width: number): Line {
  const head = tenantHead(input, tenant);
  const chips = tenant.nodes.flatMap((node): Line => [
    span("  "),
    ...glyph(node.progress, input.turn),
    span(` ${shortForm(node.form)}`, node.progress === "Ready" ? "plain" : "dim"),
  ]);
  const held = tenant.nodes.find(({ message }) => message !== "")?.message ?? "";
  const line = [...head, ...chips];
  return held === "" || widthOf(line) + 12 > width ? line : [...line, span(`  ${held}`, "dim")];
}

function fullTenant(input: ViewInput, tenant: Tenant): Line[] {
  const label = Math.max(...input.state.forms.map((form) => form.length), 4);
  return [
    tenantHead(input, tenant),
    ...tenant.nodes.map((node): Line => [
      span("      "),
      ...glyph(node.progress, input.turn),
      span(" "),
      span(fit(node.form, label), node.progress === "Ready" ? "plain" : "dim"),
      span(" "),
      ...resourceChips(node, input),
      ...(node.progress === "Ready" || node.message === ""
        ? []
        : [span(`   ${node.message}`, messageStyle(node))]),
    ]),
  ];
}

function messageStyle({ progress }: DemoNode): Style {
  return progress === "Failed" ? "bad" : "dim";
}

/** Names as `kubectl get` takes them. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  ConfigMap: "cm",
  DaemonSet: "ds",
  Deployment: "deploy",
  HorizontalPodAutoscaler: "hpa",
  Ingress: "ing",
  Namespace: "ns",
  NetworkPolicy: "netpol",
  PersistentVolumeClaim: "pvc",
  Service: "svc",
  ServiceAccount: "sa",
  StatefulSet: "sts",
};

function resourceChips({ resources }: DemoNode, { turn, size }: ViewInput): Line {
  return resources.flatMap((resource): Line => {
    const kind = SHORT_KINDS[resource.kind] ?? resource.kind.toLowerCase();
    const text = size.width < 110 ? kind : `${kind}/${resource.name}`;
    return [
      ...resourceGlyph(resource, turn),
      span(` ${text}  `, resource.state === "Ready" ? "plain" : "dim"),
    ];
  });
}

function resourceGlyph({ state }: DemoResource, turn: number): Line {
  switch (state) {
    case "Ready":
      return [span("✓", "good")];
    case "Progressing":
    case "Deleting":
      return [span(SPINNER[turn % SPINNER.length] ?? "◐", "busy")];
    case "Waiting":
      return [span("○", "dim")];
    case "Failed":
    case "Conflicted":
    case "Skipped":
      return [span("✗", "bad")];
  }
}

function glyph(progress: NodeProgress, turn: number): Line {
  switch (progress) {
    case "Ready":
      return [span("✓", "good")];
    case "Progressing":
    case "Deleting":
      return [span(SPINNER[turn % SPINNER.length] ?? "◐", "busy")];
    case "Waiting":
      return [span("○", "dim")];
    case "Failed":
      return [span("✗", "bad")];
  }
}

function toneOf(tenant: Tenant): Style {
  return tenant.nodes.some(({ progress }) => progress === "Failed") ? "bad" : "busy";
}

function tenantCounts({ nodes }: Tenant): { desired: number; ready: number } {
  return {
    desired: nodes.reduce((sum, { desired }) => sum + desired, 0),
    ready: nodes.reduce((sum, { ready }) => sum + ready, 0),
  };
}

function bar(ready: number, desired: number, width: number): Line {
  const filled = desired === 0 ? 0 : Math.floor(width * ready / desired);
  return [
    span("━".repeat(filled), ready === desired ? "good" : "busy"),
    span("─".repeat(width - filled), "dim"),
  ];
}

function shortForm(form: string): string {
  return form.replace(/-tier$/, "");
}

const TONES: Readonly<Record<Change["tone"], { readonly mark: string; readonly style: Style }>> = {
  row: { mark: "→", style: "row" },
  progress: { mark: "·", style: "dim" },
  ready: { mark: "✓", style: "good" },
  repair: { mark: "↻", style: "busy" },
  failed: { mark: "✗", style: "bad" },
  gone: { mark: "−", style: "dim" },
};

/** A change as a line, under the live frame and in a plain log. */
export function changeLine({ tone, text, seconds }: TimedChange): Line {
  const { mark, style } = TONES[tone];
  return [
    span(seconds1(seconds).padStart(10), "dim"),
    span("  "),
    span(mark, style),
    span(" "),
    span(text, tone === "progress" ? "dim" : "plain"),
  ];
}
