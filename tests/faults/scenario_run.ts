import assert from "node:assert/strict";
import { dropAll } from "../support/clear_stage.ts";
import { until } from "../support/cluster_objects.ts";
import type { SqliteFile } from "../support/databases.ts";
import type { FaultProxy } from "../support/fault_proxy.ts";
import { type OperatorProcess, startOperatorProcess } from "../support/operator_process.ts";
import { type ChangeCounts, changeCounts, isChange } from "./counts.ts";
import { differences, type FleetState, fleetState } from "./end_state.ts";
import { assertExpected } from "./expectations.ts";
import type { ApiScenario } from "./scenario.ts";
import type { FaultStage } from "./stage.ts";
import { type WorkloadName, WORKLOADS, type WorkPlace } from "./workloads.ts";

/** Reads of the rows that must pass without a write: the hub reads every second. */
const QUIET_MS = 3500;
/** A half-open watch is found after a minute of silence and half a minute without an answer. */
const PATIENCE_SECONDS = 150;

/** What a run without faults comes to. */
export interface Reference {
  readonly state: FleetState;
  readonly counts: ChangeCounts;
  /** Writes of the work itself, so many crash points there are. */
  readonly writes: number;
}

interface RunOptions {
  readonly stage: FaultStage;
  readonly proxy: FaultProxy;
  readonly file: SqliteFile;
  readonly namespace: string;
  readonly flags: readonly string[];
}

/** One operator behind one proxy, in a namespace of its own, through one piece of work. */
export class ScenarioRun {
  readonly #of: RunOptions;
  readonly #place: WorkPlace;
  #operator: OperatorProcess | undefined;
  /** The operators that were killed, for what they wrote. */
  readonly #dead: OperatorProcess[] = [];

  constructor(of: RunOptions) {
    this.#of = of;
    this.#place = { objects: of.stage.objects, namespace: of.namespace, file: of.file };
  }

  async reference(workload: WorkloadName): Promise<Reference> {
    const { proxy } = this.#of;
    const { from, act, ends } = WORKLOADS[workload];
    await this.#start();
    if (from === "fleet") {
      await WORKLOADS.create.act(this.#place);
      await this.#ended(WORKLOADS.create.ends);
      await this.#quiet();
    }
    const before = proxy.seen.filter(isChange).length;
    await act(this.#place);
    await this.#ended(ends);
    // All scenarios are compared with it: one silence may be that of an operator that stood still for seconds.
    await this.#quiet();
    await this.#quiet();
    return {
      state: await this.#state(),
      counts: changeCounts(proxy.seen),
      writes: proxy.seen.filter(isChange).length - before,
    };
  }

  async scenario(scenario: ApiScenario, known: { base: Reference; end: Reference }): Promise<void> {
    const { proxy } = this.#of;
    const { from, act } = WORKLOADS[scenario.workload];
    if (scenario.at === "start") proxy.rules.arm(scenario.inject ?? []);
    await this.#start();
    if (from === "fleet") {
      await WORKLOADS.create.act(this.#place);
      await this.#becomes(known.base.state);
    }
    if (scenario.unseen) await proxy.freeze();
    let begun = scenario.at === "start" ? 0 : proxy.seen.length;
    const ended = this.#endsByFault();
    if (scenario.at === "work") proxy.rules.arm(scenario.inject ?? []);
    if (scenario.strike !== undefined) proxy.watches.strike(scenario.strike.on, scenario.strike.with);
    if (scenario.rotatesToken) await proxy.rotateToken("written");
    await act(this.#place);
    if (scenario.at === "restart") {
      if (scenario.unseen) await this.#becomes(known.end.state);
      await this.#kill();
      begun = proxy.seen.length;
      proxy.rules.arm(scenario.inject ?? []);
      await this.#start();
    }
    await this.#faultsEnd(scenario, { ended, end: known.end });
    const healed = proxy.seen.length;
    if (this.#operator === undefined) {
      if (scenario.whileDead !== undefined) await WORKLOADS[scenario.whileDead].act(this.#place);
      await this.#start();
    }
    await this.#becomes(known.end.state);
    await this.#arrived();
    await this.#quiet();
    const left = differences(known.end.state, await this.#state());
    assert.deepEqual(left, [], "the end state is that of a run without faults");
    if (scenario.counts !== "free") assert.deepEqual(changeCounts(proxy.seen), known.end.counts);
    const [since, meanwhile] = [proxy.seen.slice(begun), proxy.seen.slice(begun, healed)];
    assertExpected(scenario.expect ?? [], { since, meanwhile });
    await this.#stopsWell();
  }

  /** Lets the proxy end the operator; settles when that has happened. */
  #endsByFault(): Promise<void> {
    const { proxy } = this.#of;
    const ended = Promise.withResolvers<void>();
    proxy.onCrash = async () => {
      await this.#kill();
      ended.resolve();
    };
    proxy.onTerminate = async () => {
      await this.#stop();
      ended.resolve();
    };
    return ended.promise;
  }

  /** Waits until the faults have met what they are for, and lifts them. */
  async #faultsEnd(
    scenario: ApiScenario,
    { ended, end }: { ended: Promise<void>; end: Reference },
  ): Promise<void> {
    const { rules, watches } = this.#of.proxy;
    const { inject = [], lastsMs, mayMiss, endsItself } = scenario;
    const isOver = async () => mayMiss === true && differences(end.state, await this.#state()).length === 0;
    if (endsItself) {
      await this.#endsItself();
    } else if (lastsMs === undefined) {
      await until("the faults to be spent", async () => rules.spent || await isOver(), PATIENCE_SECONDS);
    } else {
      await until("a fault to be met", () => Promise.resolve(this.#isMet(scenario)));
      await new Promise((resolve) => setTimeout(resolve, lastsMs));
      const what = "every verb that is expected to meet a fault";
      await until(what, () => Promise.resolve(this.#hasMetAll(scenario)), PATIENCE_SECONDS);
    }
    const kinds = inject.map((fault) => fault.do.kind);
    if (rules.spent && (kinds.includes("crash") || kinds.includes("terminate"))) await ended;
    assert(mayMiss || this.#isMet(scenario), "a request has met the fault");
    rules.heal();
    if (kinds.includes("old")) watches.strike({}, "drop");
  }

  /** Its Lease is lost: it tells so, and ends with 1. */
  async #endsItself(): Promise<void> {
    const operator = this.#operator;
    assert(operator !== undefined);
    assert.equal(await operator.ended, 1);
    assert(operator.lines.some((line) => line.includes("was lost")), operator.lines.at(-1) ?? "");
    this.#operator = undefined;
    this.#dead.push(operator);
  }

  /** Requests that the network held back have arrived, too. */
  async #arrived(): Promise<void> {
    const { seen } = this.#of.proxy;
    await until("what was held back to arrive", () =>
      Promise.resolve(
        seen.every(({ fault, status }) => fault?.kind !== "delay" || status !== undefined),
      ));
  }

  #isMet({ rotatesToken }: ApiScenario): boolean {
    const { rules, watches, seen } = this.#of.proxy;
    return rules.met + watches.struck > 0 || (rotatesToken === true && seen.some(({ refused }) => refused));
  }

  /** A slow machine comes to the last of them later than the faults last on a quick one. */
  #hasMetAll({ expect = [] }: ApiScenario): boolean {
    const { seen } = this.#of.proxy;
    return expect.every((each) =>
      each.kind !== "meets" ||
      each.verbs.every((verb) => seen.some(({ verb: of, fault }) => of === verb && fault !== undefined))
    );
  }

  async #start(): Promise<void> {
    const { proxy, file, namespace } = this.#of;
    const flags = this.#of.flags.map((flag) => flag.replace("NAMESPACE", namespace));
    this.#operator = await startOperatorProcess({
      kubeconfig: proxy.kubeconfig,
      sourcePaths: [file.path],
      flags,
      startedBy: "connecting",
    });
  }

  async #kill(): Promise<void> {
    const operator = this.#operator;
    if (operator === undefined) return;
    this.#operator = undefined;
    this.#dead.push(operator);
    await operator.kill();
  }

  /** SIGTERM; the operator ends in order. */
  async #stop(): Promise<void> {
    const operator = this.#operator;
    assert(operator !== undefined);
    this.#operator = undefined;
    this.#dead.push(operator);
    assert.equal(await operator.stop(), 0, "it ends in order");
  }

  async #state(): Promise<FleetState> {
    const { stage, namespace, file } = this.#of;
    return await fleetState(stage.objects, { namespace, folder: file.path });
  }

  async #becomes(state: FleetState): Promise<void> {
    let last: string[] = [];
    await until("the fleet to be as in a run without faults", async () => {
      last = differences(state, await this.#state());
      return last.length === 0;
    }, PATIENCE_SECONDS).catch((error) => {
      throw new Error(`${error.message}:\n${last.join("\n")}`);
    });
  }

  /** Waits until ConfigMaps tell that a workload is over. */
  async #ended(ends: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>): Promise<void> {
    const { stage, namespace } = this.#of;
    for (const [name, holds] of Object.entries(ends)) {
      await until(`${name} to hold ${JSON.stringify(holds)}`, async () => {
        const found = await stage.objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
        const data = found?.["data"] as Record<string, string> | undefined;
        if (holds === undefined) return found === undefined;
        return found !== undefined && Object.entries(holds).every(([key, value]) => data?.[key] === value);
      });
    }
  }

  /** Waits until nothing has been written for three reads of the rows. */
  async #quiet(): Promise<void> {
    const { seen } = this.#of.proxy;
    const end = Date.now() + 60_000;
    for (let written = -1; Date.now() < end;) {
      const now = seen.filter(isChange).length;
      if (now === written) return;
      written = now;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
    const last = seen.filter(isChange).slice(-10).map(({ verb, path, status }) =>
      `${verb} ${path} ${status}`
    );
    throw new Error(`it goes on writing:\n${last.join("\n")}`);
  }

  /** It still runs, ends by itself when asked, and has written nothing but log entries. */
  async #stopsWell(): Promise<void> {
    await this.#stop();
    const odd = this.#dead.flatMap(({ lines }) => lines).filter((line) =>
      !/^\{"level":"(?:info|debug|error)"/.test(line)
    );
    assert.deepEqual(odd, [], "it wrote nothing but its log");
  }

  lastLines(): string {
    const asked = this.#of.proxy.seen.slice(-30).map(({ at, verb, path, fault, status }) =>
      `${Math.round(at)} ${verb} ${path} ${fault?.kind ?? ""} ${status ?? "unanswered"}`
    );
    const told = [...this.#dead, ...this.#operator === undefined ? [] : [this.#operator]]
      .flatMap(({ lines }) => lines.slice(-15));
    return [...asked, ...told].join("\n");
  }

  /** Ends the operator and takes the fleet away; finalizers have nobody left to heed them. */
  async end(): Promise<void> {
    await this.#kill();
    const { stage: { objects }, namespace } = this.#of;
    await dropAll(objects, namespace);
    await objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace }).catch(() => undefined);
  }
}
