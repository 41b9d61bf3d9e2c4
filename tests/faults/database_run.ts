import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { type DatabaseServer, startMariaDb, startPostgres } from "../support/databases.ts";
import { type FaultDatabase, type FaultSource, startFaultDatabase } from "../support/fault_databases.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault_proxy.ts";
import { chanceOf } from "../support/fault_random.ts";
import { type OperatorProcess, startOperatorProcess } from "../support/operator_process.ts";
import { changeCounts, isChange } from "./counts.ts";
import { DatabaseCase } from "./database_case.ts";
import type { DatabaseScenario } from "./database_scenario.ts";
import type { FaultStage } from "./stage.ts";

/** A hub that nothing happens to, of each database: its rows are followed all the while. */
const STEADY: Omit<DatabaseScenario, "sources"> = {
  name: "has no fault",
  inject: { kind: "tcp", do: { kind: "pass" } },
  tells: { kind: "fine" },
};

/** Reads of the rows that faults last at least, and that must pass without a write afterwards. */
const THREE_READS_MS = 3500;
const MOST_MEMORY_MB = 512;

export interface DatabaseFaults {
  readonly stage: FaultStage;
  readonly seed: number;
  readonly sources: readonly FaultSource[];
  readonly scenarios: readonly DatabaseScenario[];
}

/** Every scenario as a hub of its own, all under one operator at the same time. */
export class DatabaseRun {
  readonly steady: readonly DatabaseCase[];
  readonly cases: readonly DatabaseCase[];
  readonly proxy: FaultProxy;
  readonly #stage: FaultStage;
  readonly #namespace: string;
  readonly #folder: string;
  readonly #databases: readonly FaultDatabase[];
  readonly #replicas = new Map<FaultSource, DatabaseServer>();
  readonly #scenarioOf: ReadonlyMap<DatabaseCase, DatabaseScenario>;
  #operator: OperatorProcess | undefined;
  #uids: readonly (readonly string[])[] = [];

  private constructor(of: {
    stage: FaultStage;
    proxy: FaultProxy;
    namespace: string;
    folder: string;
    databases: readonly FaultDatabase[];
    faults: DatabaseFaults;
  }) {
    const { stage, proxy, namespace, folder, databases, faults } = of;
    this.proxy = proxy;
    this.#stage = stage;
    this.#namespace = namespace;
    this.#folder = folder;
    this.#databases = databases;
    const chance = chanceOf(faults.seed);
    let index = 0;
    const made = (scenario: DatabaseScenario) =>
      databases.filter(({ type }) => scenario.sources.includes(type)).map((database) =>
        [
          new DatabaseCase({ scenario, database, index: index++, objects: stage.objects, namespace, chance }),
          scenario,
        ] as const
      );
    const steady = made({ ...STEADY, sources: faults.sources });
    const struck = faults.scenarios.flatMap(made);
    this.steady = steady.map(([each]) => each);
    this.cases = struck.map(([each]) => each);
    this.#scenarioOf = new Map(struck);
  }

  static async start(faults: DatabaseFaults): Promise<DatabaseRun> {
    const { stage, seed } = faults;
    const namespace = `fault-${crypto.randomUUID().slice(0, 8)}`;
    const folder = await Deno.makeTempDir({ prefix: "lynq-fault-" });
    const proxy = await startFaultProxy({ server: stage.server, namespace, folder, chance: chanceOf(seed) });
    const databases = await Promise.all(faults.sources.map(startFaultDatabase));
    return new DatabaseRun({ stage, proxy, namespace, folder, databases, faults });
  }

  /** Makes every hub and waits until its rows have their ConfigMaps. */
  async build(): Promise<void> {
    const { objects } = this.#stage;
    await objects.apply(
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.#namespace } }),
    );
    const all = [...this.steady, ...this.cases];
    for (const each of all) await each.build();
    await this.#startReplicas();
    this.#operator = await startOperatorProcess({
      kubeconfig: this.proxy.kubeconfig,
      sourceHosts: ["*", "127.0.0.1"],
      sourcePaths: this.#databases.map(({ fileOf }) => fileOf("")).filter((path) => path !== "")
        .map((path) => path.replace(/[^/]*$/, "")),
      startedBy: "connecting",
    });
    this.#uids = await Promise.all(all.map((each) => each.built()));
  }

  async strike(): Promise<void> {
    for (const each of this.cases) await each.strike(this.#replicaOf(each));
  }

  /** A hub without a fault follows its rows while every other waits for its database. */
  async othersGoOn(): Promise<void> {
    for (const each of this.steady) await each.change();
    await Promise.all(this.steady.map((each) => each.changed()));
  }

  /** What is told while the fault lasts; a read that failed leaves the counts of the last good one. */
  async bears(each: DatabaseCase): Promise<void> {
    await each.told();
    if (this.#scenarioOf.get(each)?.tells.kind !== "unavailable") return;
    await until(`${each.name}: the counts of the last good read`, async () => {
      const { desired, ready } = await each.counts();
      return desired === 3 && ready === 3;
    });
  }

  async lasts(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, THREE_READS_MS));
    this.assertNothingDeleted();
    const status = await Deno.readTextFile(`/proc/${this.#operator?.pid}/status`);
    const megabytes = Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1024;
    assert(megabytes < MOST_MEMORY_MB, `the operator has taken ${megabytes} MB`);
  }

  assertNothingDeleted(): void {
    assert.deepEqual(this.proxy.seen.filter(({ verb }) => verb === "delete").map(({ path }) => path), []);
  }

  async mend(): Promise<void> {
    for (const each of this.cases) {
      await each.mend();
      await each.change();
    }
  }

  /** The end is that of a run without faults: the same objects, each made once, none deleted, and then silence. */
  async endsWell(): Promise<void> {
    const all = [...this.steady, ...this.cases];
    const uids = await Promise.all(all.map((each) => each.built()));
    assert.deepEqual(uids, this.#uids, "the ConfigMaps are those of the beginning");
    this.assertNothingDeleted();
    const twice = Object.entries(changeCounts(this.proxy.seen)).filter(([, count]) => count !== 1);
    assert.deepEqual(twice, [], "each object is made once");
    await this.#quiet();
    const { lines = [] } = this.#operator ?? {};
    const code = await this.#operator?.stop();
    this.#operator = undefined;
    assert.equal(code, 0, "it ends in order");
    assert.deepEqual(lines.filter((line) => !/^\{"level":"(?:info|debug|error)"/.test(line)), []);
  }

  lastLines(): string {
    return this.#operator?.lines.slice(-20).join("\n") ?? "";
  }

  async stop(): Promise<void> {
    await this.#operator?.kill();
    const { objects } = this.#stage;
    const of = { apiVersion: "operator.lynq.sh/v1", namespace: this.#namespace };
    for (const kind of ["LynqHub", "LynqForm", "LynqNode"]) {
      for (const { metadata } of await objects.list({ ...of, kind })) {
        const which = { ...of, kind, name: metadata.name ?? "" };
        await objects.merge(which, { metadata: { finalizers: null } }).catch(() => undefined);
        await objects.remove(which).catch(() => undefined);
      }
    }
    await objects.remove({ apiVersion: "v1", kind: "Namespace", name: this.#namespace }).catch(() =>
      undefined
    );
    await this.proxy.stop();
    for (const each of [...this.steady, ...this.cases]) await each.stop();
    await Promise.all(this.#databases.map((database) => database.stop()));
    await Promise.all([...this.#replicas.values()].map((server) => server.stop()));
    await Deno.remove(this.#folder, { recursive: true });
  }

  #replicaOf(each: DatabaseCase): DatabaseServer | undefined {
    const type = each.name.split(" ")[0] as FaultSource;
    return this.#replicas.get(type);
  }

  async #startReplicas(): Promise<void> {
    const lagging = this.cases.filter((each) =>
      this.#scenarioOf.get(each)?.inject.kind === "lagging replica"
    );
    for (const each of lagging) {
      const type = each.name.split(" ")[0] as FaultSource;
      const server = await (type === "mysql" ? startMariaDb() : startPostgres());
      this.#replicas.set(type, server);
      await server.exec(each.laggingSql());
    }
  }

  /** Nothing but what hubs tell at their own pace is written while their rows are read three times. */
  async #quiet(): Promise<void> {
    let written = -1;
    await until("silence", async () => {
      const before = written;
      written = this.proxy.seen.filter(isChange).length;
      if (before === written) return true;
      await new Promise((resolve) => setTimeout(resolve, THREE_READS_MS));
      return false;
    });
  }
}
