import { fixedCredentials } from "../kube/credentials.ts";
import { type Operator, startOperator } from "../operator/operator.ts";
import type { OperatorOptions } from "../operator/options.ts";
import { createLog } from "../telemetry/log.ts";
import { type DemoCluster, install, startDemoCluster } from "./demo_cluster.ts";
import { createDatabase } from "./demo_database.ts";
import { demoRemedy } from "./demo_failure.ts";
import { type DemoFolder, makeDemoFolder, removeDemoFolder } from "./demo_folder.ts";
import { demoCommand, demoGuide } from "./demo_guide.ts";
import { type Line, span } from "./demo_line.ts";
import { type DemoManifests, readDemoManifests } from "./demo_manifests.ts";
import { type DemoScreen, demoScreen } from "./demo_screen.ts";
import { DemoShow } from "./demo_show.ts";
import { watchDemo } from "./demo_watch.ts";

/** The flags of `lynq demo`. */
export interface DemoOptions {
  readonly once: boolean;
  /** Seconds that `--once` waits until every node is Ready. */
  readonly timeout: number;
  /** Rows beside the sample's three. */
  readonly rows: number;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dashboardPort: number;
}

/** The exit code of what was asked to end before it was done. */
const INTERRUPTED = 130;

/** Simulated workloads become ready after this time: long enough to be seen. */
const WORKLOAD_DELAY_MS = 1500;

/** Runs until everything is Ready (`once`) or a signal comes; the exit code. Everything it made is gone when it returns. */
export async function runDemo(options: DemoOptions): Promise<number> {
  try {
    return await runToTheEnd(options);
  } catch (error) {
    const remedy = demoRemedy(error);
    if (remedy === undefined) throw error;
    console.error(`lynq demo: ${remedy}`);
    return 1;
  }
}

async function runToTheEnd(options: DemoOptions): Promise<number> {
  const screen = demoScreen({
    isTerminal: Deno.stdout.isTerminal(),
    env: (name) => Deno.env.get(name),
    write: writeStdout,
    consoleSize: () => Deno.consoleSize(),
  });
  await using stack = new AsyncDisposableStack();
  stack.defer(() =>
    screen.close(options.once ? [] : [[], [span("  Ended; nothing is left behind.", "dim")]])
  );
  const ending = endOnSignal(stack, options.once ? INTERRUPTED : 0);
  const folder = await makeDemoFolder();
  stack.defer(() => removeDemoFolder(folder));
  const manifests = await readDemoManifests(folder.database);
  createDatabase(folder.database, { schema: manifests.schema, extra: options.rows });
  const cluster = await startDemoCluster({ port: options.port, workloadDelayMs: WORKLOAD_DELAY_MS });
  stack.defer(() => cluster.stop());
  await Deno.writeTextFile(folder.kubeconfig, cluster.sandbox.kubeconfig());
  await install(cluster.client, manifests);
  const failure = Promise.withResolvers<never>();
  const operator = await startOperator(operatorOptions(options, folder), {
    fail: failure.reject,
    credentials: fixedCredentials({ server: cluster.sandbox.url }),
    log: fileLog(folder, stack),
  });
  stack.defer(() => operator.stop());
  const started: Started = { options, screen, folder, cluster, manifests, operator };
  screen.print(intro(started));
  const show = present(started, stack);
  return await Promise.race([failure.promise, ending, show.run(options.once ? options.timeout : undefined)]);
}

interface Started {
  readonly options: DemoOptions;
  readonly screen: DemoScreen;
  readonly folder: DemoFolder;
  readonly cluster: DemoCluster;
  readonly manifests: DemoManifests;
  readonly operator: Operator;
}

function present(
  { screen, folder, cluster, manifests, operator, options }: Started,
  stack: AsyncDisposableStack,
): DemoShow {
  const watch = watchDemo({
    client: cluster.client,
    folder,
    forms: manifests.forms.map(({ metadata }) => metadata.name ?? ""),
    onChange: () => show.update(),
  });
  const show = new DemoShow({
    screen,
    state: () => watch.state(),
    requests: () => cluster.sandbox.requests().total,
    guide: options.once ? [] : demoGuide({
      command: demoCommand((name) => Deno.env.get(name), Deno.version.deno),
      kubeconfig: folder.kubeconfig,
      server: cluster.sandbox.url,
      dashboardUrl: operator.dashboardUrl,
    }),
    now: () => performance.now(),
  });
  stack.defer(() => show.stop());
  stack.defer(() => watch.stop());
  return show;
}

function operatorOptions({ dashboardPort }: DemoOptions, folder: DemoFolder): OperatorOptions {
  return {
    kubeconfig: undefined,
    context: undefined,
    hubConcurrency: 3,
    formConcurrency: 5,
    nodeConcurrency: 10,
    writeConcurrency: 32,
    kubeApiQps: 0,
    kubeApiBurst: 0,
    metricsBindAddress: "0",
    metricsSecure: false,
    metricsCertPath: "",
    metricsCertName: "",
    metricsCertKey: "",
    healthProbeBindAddress: "0",
    dashboardBindAddress: `127.0.0.1:${dashboardPort}`,
    leaderElect: false,
    leaderElectionNamespace: undefined,
    leaderElectLeaseDuration: 15,
    leaderElectRenewDeadline: 10,
    leaderElectRetryPeriod: 2,
    shards: 1,
    namespaces: undefined,
    targetNamespaces: undefined,
    defaultServiceAccount: undefined,
    sourceHosts: [],
    sourcePaths: [folder.path],
    zapDevel: false,
    zapEncoder: undefined,
    zapLogLevel: undefined,
    zapStacktraceLevel: undefined,
    zapTimeEncoding: undefined,
  };
}

/** The operator's log goes to a file beside the database: on the terminal it would run through the view. */
function fileLog({ log }: DemoFolder, stack: AsyncDisposableStack) {
  const file = Deno.openSync(log, { create: true, append: true });
  stack.defer(() => file.close());
  const encoder = new TextEncoder();
  return createLog({
    level: "info",
    encoder: "console",
    timeEncoding: "rfc3339",
    stacktraceLevel: "none",
    write: (line) => {
      file.writeSync(encoder.encode(line));
    },
  });
}

function intro({ folder, cluster, manifests, operator, options }: Started): Line[] {
  const item = (what: string, text: string): Line => [
    span("  "),
    span("✓", "good"),
    span(` ${what.padEnd(11)}`, "bold"),
    span(text),
  ];
  const forms = manifests.forms.map(({ metadata }) => metadata.name).join(", ");
  return [
    [],
    [span("  Lynq", "accent"), span("  a database row is the whole request for infrastructure", "dim")],
    [],
    item("Rows", `${folder.database} (${3 + options.rows} customers)`),
    item("API server", `${cluster.sandbox.url} (in this process, in memory; its workloads are simulated)`),
    item("Installed", `hub ${manifests.hub.metadata.name}, forms ${forms}`),
    item(
      "Operator",
      operator.dashboardUrl === undefined ? folder.log : `${operator.dashboardUrl} (log: ${folder.log})`,
    ),
    [],
  ];
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** The exit code once somebody asks for the end. */
function endOnSignal(stack: AsyncDisposableStack, code: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const end = () => resolve(code);
  for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  stack.defer(() => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, end);
  });
  return promise;
}

/** All of it, or nothing once the reader has gone. */
function writeStdout(text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource)) throw error;
  }
}
