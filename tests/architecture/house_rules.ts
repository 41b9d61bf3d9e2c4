/**
 * The house rules as data. A room is a folder under src/; `main.ts` is the root that everything hangs from.
 */

/** What each room may import of ours, besides itself. What is not named is forbidden. */
export const ROOM_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "api": ["kube"],
  "template": [],
  "graph": [],
  "source": [],
  "kube": [],
  "controller": ["kube", "telemetry"],
  "telemetry": ["kube"],
  "apply": ["api", "kube", "telemetry"],
  "hub": ["api", "kube", "source", "controller", "telemetry"],
  "form": ["api", "kube", "template", "graph", "controller", "telemetry"],
  "node": ["api", "kube", "template", "graph", "apply", "controller", "telemetry"],
  "sandbox": ["kube"],
  "dashboard": ["api", "kube", "graph", "telemetry"],
  "cli": [
    "api",
    "kube",
    "template",
    "graph",
    "source",
    "hub",
    "form",
    "node",
    "sandbox",
    "telemetry",
    "operator",
  ],
  "operator": [
    "api",
    "kube",
    "template",
    "graph",
    "source",
    "apply",
    "hub",
    "form",
    "node",
    "controller",
    "telemetry",
    "dashboard",
  ],
  "main.ts": ["cli", "operator"],
};

/** Files of a room that another room may import where the table alone would allow more. */
export const NARROW_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "api -> kube": ["src/kube/object.ts", "src/kube/resource_type.ts", "src/kube/fields.ts"],
};

/** npm packages and node: modules that only these rooms may import; types are free. */
export const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  "@kubernetes/client-node": ["kube"],
  "commander": ["cli", "operator", "main.ts"],
  "eta": ["dashboard", "operator"],
  "hono": ["dashboard", "operator"],
  "mysql2": ["source"],
  "node:child_process": [],
  "node:sqlite": ["source", "cli"],
  "node:vm": [],
  "pg": ["source"],
  "pg-cursor": ["source"],
  "pino": ["telemetry"],
  "prom-client": ["telemetry"],
  "toposort": ["graph"],
};

/** Rooms whose files take values and return values: no clock, randomness, timer, network or Deno, and no promise. */
export const PURE_ROOMS = ["api", "template", "graph", "hub", "form", "node"] as const;

/**
 * Files of pure rooms that read or write through what they are given, so they are asynchronous; still without clock,
 * timer or Deno of their own.
 */
export const ACTING_FILES: Readonly<Record<string, string>> = {
  "src/form/history.ts": "keeps and prunes revisions",
  "src/form/publish.ts": "writes the form's status",
  "src/form/finalize.ts": "deletes the nodes of a form that goes",
  "src/form/reconcile.ts": "gathers, decides, acts",
  "src/form/try_out.ts": "has a generation tried by dry run",
  "src/hub/account.ts": "brings the hub's account to its nodes",
  "src/hub/advance.ts": "writes what the gate lets through",
  "src/hub/carry_out.ts": "creates, updates and deletes LynqNodes as planned",
  "src/hub/certain_changes.ts": "asks for the hub and its forms before their nodes are deleted or moved",
  "src/hub/finalize.ts": "deletes the nodes of a hub that goes",
  "src/hub/publish.ts": "writes the hub's status",
  "src/hub/read_rows.ts": "reads the rows",
  "src/hub/reconcile.ts": "gathers, decides, acts",
  "src/hub/sensitive_secret.ts": "keeps sensitive values in the Secrets of their nodes",
  "src/hub/waiting_secrets.ts": "gives Secrets with sensitive values to the nodes that lack them",
  "src/hub/take_back.ts": "takes back the nodes that a hub left behind",
  "src/hub/safe_changes.ts": "reads the rows a second time before a node goes",
  "src/node/child_caches.ts": "starts the watches of child kinds",
  "src/node/elsewhere.ts": "asks for children and nodes of other shards before a Namespace is deleted",
  "src/node/ensure_kinds.ts": "starts the watches of every kind before something is believed to be gone",
  "src/node/finalize.ts": "deletes or releases the children of a node that goes",
  "src/node/former_records.ts": "reads the objects that the Go implementation's status lists",
  "src/node/gather.ts": "reads what the decision needs",
  "src/node/hold.ts": "waits for the watches of what a paused node has",
  "src/node/judge.ts": "reads an object that its readyWhen was not asked about",
  "src/node/look_closer.ts": "looks at the pods and the class of what is not ready",
  "src/node/let_go.ts": "deletes or releases one object",
  "src/node/living_nodes.ts": "asks whether a node that an object names exists",
  "src/node/namespace_holders.ts": "asks for retained objects before a Namespace is deleted",
  "src/node/own_kind_holders.ts": "asks for hubs, forms and nodes before a Namespace is deleted",
  "src/node/volume_holders.ts": "asks for volume claims and their owners before a Namespace is deleted",
  "src/node/over_live.ts": "reads the object that ignored fields are kept of",
  "src/node/storage_classes.ts": "reads the classes of pending claims",
  "src/node/served_kind.ts": "asks how a recorded kind is served",
  "src/node/release_claim.ts": "gives up a node's part in a shared object",
  "src/node/prune.ts": "deletes or releases what left the desired set",
  "src/node/unrecorded.ts": "lists children of a node that goes, where its record is not complete",
  "src/node/node_doubt.ts": "asks whether a node still has the spec that its watch told",
  "src/node/publish.ts": "writes the node's status",
  "src/node/reconcile.ts": "gathers, decides, acts",
  "src/node/node_values.ts": "reads a node's seed once a pass, and stores what its objects keep beside it",
  "src/node/sensitive_values.ts": "reads a node's sensitive values from its Secret",
  "src/node/seed.ts": "reads a node's seed, and makes it where there is none",
  "src/node/preview.ts": "tries objects by dry run",
  "src/node/act.ts": "has a resource written",
  "src/node/look.ts": "reads the object whose owner is in doubt",
  "src/node/compare.ts": "asks what of a reported drift still differs",
  "src/node/immutable.ts": "asks whether a refused change would do as a new object",
  "src/node/recreate.ts": "deletes what is asked for once more",
  "src/node/verify.ts": "has an object tried for the account that the node has by now",
  "src/node/write.ts": "hands one object to the applier",
  "src/node/walk.ts": "follows what was decided about each resource",
};

/** Globals that make a result depend on more than the arguments. */
export const IMPURE_GLOBALS: readonly string[] = [
  "Deno",
  "console",
  "fetch",
  "performance",
  "process",
  "setInterval",
  "setTimeout",
  "Date.now",
  "Math.random",
  "Temporal.Now",
  "crypto.getRandomValues",
  "crypto.randomUUID",
];

/** Modules that a pure file may load at run time, besides npm packages that compute only. */
export const PURE_NODE_MODULES: readonly string[] = ["node:buffer", "node:crypto", "node:util"];

export const FORBIDDEN_NAMES: readonly string[] = [
  "common",
  "helper",
  "helpers",
  "misc",
  "shared",
  "util",
  "utils",
];

export const LIMITS = { fileLines: 300, functionLines: 60, parameters: 3 } as const;

export type Rule =
  | "administrator"
  | "file-lines"
  | "function-lines"
  | "import"
  | "import-cycle"
  | "module-state"
  | "name"
  | "package"
  | "parameters"
  | "purity";

/** A violation that stands, with the reason. One that no longer matches anything fails the test. */
export interface Exemption {
  readonly rule: Rule;
  readonly file: string;
  /** What the violation is about: a function's name, an import, a global. */
  readonly subject: string;
  readonly reason: string;
}

const CLIENT_SIGNATURE =
  "the port KubeClient: what is written, then options, then the signal, in all its methods";
const REAL_WORLD =
  "hands the real clock and randomness to a render whose caller gives none; the only place that does";

const HOT_PATH = "called once for each element of what is printed: an object each would be most of its cost";

const KUBECTL = "for kubectl, as the person who installs or mends has it; the operator runs as shipped";
const FILE_FORMAT = "is about reading the file; no operator is started with it";

export const EXEMPTIONS: readonly Exemption[] = [
  { rule: "administrator", file: "tests/cluster/crds_test.ts", subject: "admin", reason: KUBECTL },
  { rule: "administrator", file: "tests/cluster/manifests_test.ts", subject: "admin", reason: KUBECTL },
  {
    rule: "administrator",
    file: "tests/cluster/operator_ignored_fields_test.ts",
    subject: "admin",
    reason: KUBECTL,
  },
  { rule: "administrator", file: "tests/support/policy_lab.ts", subject: "admin", reason: KUBECTL },
  {
    rule: "administrator",
    file: "tests/cluster/operator_downgrade_test.ts",
    subject: "admin",
    reason: "for `lynq downgrade`, which a person runs; the operator runs as shipped",
  },
  {
    rule: "administrator",
    file: "tests/cluster/kube_client_test.ts",
    subject: "operator",
    reason: FILE_FORMAT,
  },
  {
    rule: "administrator",
    file: "tests/faults/stage.ts",
    subject: "operator",
    reason:
      "runs for hours behind a proxy, longer than a token of a ServiceAccount; is about faults, not rights",
  },
  {
    rule: "administrator",
    file: "tests/bench/stage_server.ts",
    subject: "operator",
    reason: "measures on a server without the shipped roles; is about speed, not rights",
  },
  { rule: "parameters", file: "src/kube/dry_run.ts", subject: "apply", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/dry_run.ts", subject: "create", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/dry_run.ts", subject: "patch", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/dry_run.ts", subject: "update", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/http_client.ts", subject: "apply", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/http_client.ts", subject: "create", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/http_client.ts", subject: "patch", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/kube/http_client.ts", subject: "update", reason: CLIENT_SIGNATURE },
  { rule: "parameters", file: "src/template/print.ts", subject: "OperandPrinter.#element", reason: HOT_PATH },
  { rule: "purity", file: "src/template/template.ts", subject: "Date.now", reason: REAL_WORLD },
  { rule: "purity", file: "src/template/template.ts", subject: "crypto.getRandomValues", reason: REAL_WORLD },
  { rule: "purity", file: "src/template/template.ts", subject: "performance", reason: REAL_WORLD },
];
