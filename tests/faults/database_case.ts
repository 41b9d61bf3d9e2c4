import { stringify } from "yaml";
import type { Condition } from "../../src/api/primitives.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { type ClusterObjects, until } from "../support/cluster_objects.ts";
import { type FaultDatabase, LIMITED } from "../support/fault_databases.ts";
import { type Chance, wholeNumber } from "../support/fault_random.ts";
import { startTcpProxy, type TcpProxy, type TcpTarget } from "../support/fault_tcp.ts";
import type { DatabaseScenario } from "./database_scenario.ts";

const API = "operator.lynq.sh/v1";

/** Rows that have nodes; the first, one in the middle and the last of their table. */
const ROWS = ["a", "b", "c"] as const;
/** Rows that are switched off, so that an answer is long enough to break among its rows. */
const IDLE = 300;

export interface CaseOptions {
  readonly scenario: DatabaseScenario;
  readonly database: FaultDatabase;
  /** Tells the hubs of a run apart. */
  readonly index: number;
  readonly objects: ClusterObjects;
  readonly namespace: string;
  readonly chance: Chance;
}

/** One hub with its own table behind its own proxy, and the fault that meets it. */
export class DatabaseCase {
  readonly name: string;
  readonly hub: string;
  readonly #of: CaseOptions;
  readonly #table: string;
  readonly #proxy: TcpProxy | undefined;

  constructor(of: CaseOptions) {
    const { scenario, database, index } = of;
    this.#of = of;
    this.name = `${database.type} ${scenario.name}`;
    this.hub = `h${index}`;
    this.#table = `t${index}`;
    this.#proxy = database.server === undefined ? undefined : startTcpProxy(database.server);
  }

  /** Makes the table, the Secret, the hub and its form. */
  async build(): Promise<void> {
    const { database, objects, namespace, scenario } = this.#of;
    await this.#exec(this.#tableSql());
    const { username = "", password = "" } = scenario.limited ? LIMITED : database.server ?? {};
    if (scenario.limited) {
      await this.#exec(`GRANT SELECT (id, plan, active) ON ${this.#table} TO ${username}`);
    }
    await this.#secret({ password });
    const documents = [this.#hubObject(username), formObject({ name: this.hub, namespace })];
    await objects.apply(documents.map((document) => stringify(document)).join("---\n"));
  }

  /** Waits until each row has its ConfigMap, and gives their UIDs. */
  async built(): Promise<readonly string[]> {
    return await until(`the ConfigMaps of ${this.name}`, async () => {
      const maps = await Promise.all(ROWS.map((row) => this.#configMap(row)));
      const uids = maps.flatMap((map) => map?.metadata.uid ?? []);
      return uids.length === ROWS.length ? uids : undefined;
    });
  }

  async strike(replica: TcpTarget | undefined): Promise<void> {
    const { inject } = this.#of.scenario;
    switch (inject.kind) {
      case "tcp":
        return this.#proxy?.behave(inject.do);
      case "reset among rows":
        return this.#proxy?.behave({
          kind: "resetAfter",
          bytes: wholeNumber(this.#of.chance, 5_000, 30_000),
        });
      case "sql":
        return await this.#exec(inject.break);
      case "secret":
        return await this.#secret(inject.data);
      case "server":
        return await this.#server({ ...inject.fields });
      case "lagging replica": {
        const { server } = this.#of.database;
        if (server !== undefined && replica !== undefined) this.#proxy?.aim(server, replica);
        return;
      }
      case "file":
        return await this.#breakFile(inject.is);
    }
  }

  /** The table as a replica has it that lacks the last row. */
  laggingSql(): string {
    return `${this.#tableSql()};DELETE FROM ${this.#table} WHERE id = '${this.#uid("c")}'`;
  }

  /** Waits until the hub tells what the scenario says; `undefined` for what is not to be seen. */
  async told(): Promise<void> {
    const { tells } = this.#of.scenario;
    if (tells.kind === "fine") return;
    const wanted = {
      unavailable: { type: "SourceAvailable", status: "False" },
      held: { type: "DeletionHeld", status: "True" },
      "rows refused": { type: "RowsAccepted", status: "False" },
    }[tells.kind];
    const reasons = tells.kind === "unavailable" ? tells.reasons : undefined;
    let last: Condition | undefined;
    await until(`${this.name}: ${wanted.type}=${wanted.status} ${reasons ?? ""}`, async () => {
      last = await this.#condition(wanted.type);
      return last?.status === wanted.status && (reasons?.includes(last.reason) ?? true);
    }).catch((error) => {
      throw new Error(`${error.message}: ${last?.status} ${last?.reason} ${last?.message}`);
    });
  }

  /** Counts of the last good read stay. */
  async counts(): Promise<{ desired: unknown; ready: unknown }> {
    const status = (await this.#hubStored())?.["status"] as Record<string, unknown> | undefined;
    return { desired: status?.["desired"], ready: status?.["ready"] };
  }

  async mend(): Promise<void> {
    const { inject } = this.#of.scenario;
    const { database } = this.#of;
    if (inject.kind === "tcp" || inject.kind === "reset among rows") this.#proxy?.behave({ kind: "pass" });
    if (inject.kind === "lagging replica" && database.server !== undefined) this.#proxy?.aim(database.server);
    if (inject.kind === "sql") await this.#exec(inject.mend);
    if (inject.kind === "secret") await this.#secret({ password: database.server?.password ?? "" });
    if (inject.kind === "server") await this.#server({ host: "127.0.0.1", tls: null });
    if (inject.kind === "file") await this.#mendFile();
  }

  /** Changes a row, so that a read after the faults shows. */
  async change(): Promise<void> {
    await this.#exec(`UPDATE TABLE_ SET plan = 'gold' WHERE id = '${this.#uid("a")}'`);
  }

  async changed(): Promise<void> {
    await until(`${this.name}: the changed row, and the source to be available`, async () => {
      const data = (await this.#configMap("a"))?.["data"] as Record<string, string> | undefined;
      const available = await this.#condition("SourceAvailable");
      const held = await this.#condition("DeletionHeld");
      return data?.["plan"] === "gold" && available?.status === "True" && held?.status === "False";
    });
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
  }

  #uid(row: string): string {
    return `r${this.#of.index}${row}`;
  }

  async #exec(sql: string): Promise<void> {
    await this.#of.database.exec(this.#table, sql.replaceAll("TABLE_", this.#table));
  }

  #tableSql(): string {
    const idle = Array.from(
      { length: IDLE },
      (_, n) => `('${this.#uid(`idle${n}`)}', '${"x".repeat(200)}', '0')`,
    );
    const row = (name: string) => `('${this.#uid(name)}', 'basic', '1')`;
    const half = IDLE / 2;
    const rows = [row("a"), ...idle.slice(0, half), row("b"), ...idle.slice(half), row("c")];
    return `CREATE TABLE ${this.#table} (id VARCHAR(40), plan VARCHAR(300), active VARCHAR(5));
      INSERT INTO ${this.#table} VALUES ${rows.join(",")}`;
  }

  async #secret(data: Readonly<Record<string, string>> | null): Promise<void> {
    const { objects, namespace } = this.#of;
    const which = { apiVersion: "v1", kind: "Secret", name: this.hub, namespace };
    await objects.remove(which);
    if (data === null) return;
    const { apiVersion, kind } = which;
    const metadata = { name: this.hub, namespace };
    await objects.apply(stringify({ apiVersion, kind, metadata, stringData: data }));
  }

  #hubObject(username: string): KubeObject {
    const { namespace, scenario, database: { type, server, fileOf } } = this.#of;
    const { queryTimeoutSeconds = 3 } = scenario;
    const table = this.#table;
    const passwordRef = { name: this.hub, key: "password" };
    const block = server === undefined ? { path: fileOf(table), table } : {
      host: "127.0.0.1",
      port: this.#proxy?.port,
      username,
      database: server.database,
      table,
      passwordRef,
    };
    return {
      apiVersion: API,
      kind: "LynqHub",
      metadata: { name: this.hub, namespace },
      spec: {
        source: { type, syncInterval: "1s", connectTimeoutSeconds: 2, queryTimeoutSeconds, [type]: block },
        valueMappings: { uid: "id", activate: "active" },
        extraValueMappings: { plan: "plan" },
      },
    };
  }

  async #server(fields: Record<string, unknown>): Promise<void> {
    const { objects, namespace, database: { type } } = this.#of;
    const which = { apiVersion: API, kind: "LynqHub", namespace, name: this.hub };
    await objects.merge(which, { spec: { source: { [type]: fields } } });
  }

  #hubStored(): Promise<KubeObject | undefined> {
    const { objects, namespace } = this.#of;
    return objects.get({ apiVersion: API, kind: "LynqHub", namespace, name: this.hub });
  }

  async #condition(type: string): Promise<Condition | undefined> {
    const status = (await this.#hubStored())?.["status"] as { conditions?: Condition[] } | undefined;
    return status?.conditions?.find((condition) => condition.type === type);
  }

  #configMap(row: string): Promise<KubeObject | undefined> {
    const { objects, namespace } = this.#of;
    return objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: `${this.#uid(row)}-cm` });
  }

  async #breakFile(is: "gone" | "garbage" | "cut" | "folder"): Promise<void> {
    const path = this.#of.database.fileOf(this.#table);
    await Deno.rename(path, `${path}.kept`);
    if (is === "folder") await Deno.mkdir(path);
    if (is === "garbage") await Deno.writeTextFile(path, "no database at all ".repeat(100));
    if (is === "cut") await Deno.writeFile(path, (await Deno.readFile(`${path}.kept`)).subarray(0, 6000));
  }

  async #mendFile(): Promise<void> {
    const path = this.#of.database.fileOf(this.#table);
    await Deno.remove(path, { recursive: true }).catch(() => undefined);
    await Deno.rename(`${path}.kept`, path);
  }
}

function formObject({ name, namespace }: { name: string; namespace: string }): KubeObject {
  return {
    apiVersion: API,
    kind: "LynqForm",
    metadata: { name, namespace },
    spec: {
      hubId: name,
      configMaps: [{
        id: "cm",
        nameTemplate: "{{ .uid }}-cm",
        spec: { apiVersion: "v1", kind: "ConfigMap", data: { plan: "{{ .plan }}" } },
      }],
    },
  };
}
