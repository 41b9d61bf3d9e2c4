import { stringify } from "yaml";
import type { ClusterObjects } from "../support/cluster_objects.ts";
import { type FaultDatabase, type FaultSource } from "../support/fault_databases.ts";
import { startTcpProxy, type TcpProxy } from "../support/fault_tcp.ts";

const API = "operator.lynq.sh/v1";
const TABLE = "tenants";

/** Rows that every table has before and after. */
export const SEEDS = ["acme", "beta", "gamma", "delta", "omega"] as const;

/** Forms that an edit goes between; the first is that of the seed state, the last one is refused. */
export const FORMS = ["first", "reworded", "renamed", "with a Service", "broken"] as const;
export type FormName = typeof FORMS[number];

export interface FleetOptions {
  readonly database: FaultDatabase;
  readonly objects: ClusterObjects;
  readonly namespace: string;
}

/** A hub with its table behind a proxy of its own, and its form. */
export class Fleet {
  readonly name: FaultSource;
  readonly proxy: TcpProxy | undefined;
  readonly #of: FleetOptions;
  readonly #rows = new Set<string>();

  constructor(of: FleetOptions) {
    this.#of = of;
    this.name = of.database.type;
    this.proxy = of.database.server === undefined ? undefined : startTcpProxy(of.database.server);
  }

  get rows(): readonly string[] {
    return [...this.#rows];
  }

  async build(): Promise<void> {
    const { database, objects } = this.#of;
    await this.#exec(`CREATE TABLE ${TABLE} (id VARCHAR(60), plan VARCHAR(60), active VARCHAR(5))`);
    await this.seedRows();
    if (database.server !== undefined) await objects.apply(stringify(this.#secret()));
    await this.edit("first");
    await objects.apply(stringify(this.#hub()));
  }

  /** In one transaction, so that no read sees the table empty. */
  async seedRows(): Promise<void> {
    const rows = SEEDS.map((id) => `('${id}', 'basic', '1')`).join(",");
    await this.#exec(`BEGIN; DELETE FROM ${TABLE}; INSERT INTO ${TABLE} VALUES ${rows}; COMMIT`);
    this.#rows.clear();
    for (const id of SEEDS) this.#rows.add(id);
  }

  async insert(id: string): Promise<void> {
    await this.#exec(`INSERT INTO ${TABLE} VALUES ('${id}', 'basic', '1')`);
    this.#rows.add(id);
  }

  async update(id: string, plan: string): Promise<void> {
    await this.#exec(`UPDATE ${TABLE} SET plan = '${plan}' WHERE id = '${id}'`);
  }

  async remove(id: string): Promise<void> {
    await this.#exec(`DELETE FROM ${TABLE} WHERE id = '${id}'`);
    this.#rows.delete(id);
  }

  async edit(form: FormName): Promise<void> {
    await this.#of.objects.apply(stringify(this.#form(form)));
  }

  /** What others do to an object of a row: delete it, edit it, take its label off. */
  async meddle(id: string, how: "delete" | "edit" | "unlabel"): Promise<void> {
    const { objects, namespace } = this.#of;
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: `${this.name}-${id}-base` };
    if (await objects.get(which) === undefined) return;
    if (how === "delete") return await objects.remove(which);
    const body = how === "edit"
      ? { data: { plan: "theirs" } }
      : { metadata: { labels: { "lynq.sh/node": null } } };
    await objects.merge(which, body);
  }

  async stop(): Promise<void> {
    await this.proxy?.stop();
    await this.#of.database.stop();
  }

  async #exec(sql: string): Promise<void> {
    await this.#of.database.exec(TABLE, sql);
  }

  #secret(): object {
    const { namespace, database: { server } } = this.#of;
    const metadata = { name: this.name, namespace };
    return { apiVersion: "v1", kind: "Secret", metadata, stringData: { password: server?.password ?? "" } };
  }

  #hub(): object {
    const { namespace, database: { server, fileOf } } = this.#of;
    const block = server === undefined ? { path: fileOf(TABLE), table: TABLE } : {
      host: "127.0.0.1",
      port: this.proxy?.port,
      username: server.username,
      passwordRef: { name: this.name, key: "password" },
      database: server.database,
      table: TABLE,
    };
    const source = { type: this.name, syncInterval: "1s", [this.name]: block };
    return {
      apiVersion: API,
      kind: "LynqHub",
      metadata: { name: this.name, namespace },
      spec: {
        source,
        valueMappings: { uid: "id", activate: "active" },
        extraValueMappings: { plan: "plan" },
        deletionGuard: { enabled: false },
      },
    };
  }

  #form(form: FormName): object {
    const { namespace } = this.#of;
    const named = (id: string) => ({ id, nameTemplate: `${this.name}-{{ .uid }}-${id}` });
    const map = (data: Record<string, string>) => ({ spec: { apiVersion: "v1", kind: "ConfigMap", data } });
    const text = { first: "first", reworded: "second", broken: "{{ nofn }}" }[form as string] ?? "first";
    const last = form === "renamed" ? "site" : "app";
    const ports = [{ port: 80, protocol: "TCP" }];
    const service = { ...named("web"), spec: { apiVersion: "v1", kind: "Service", spec: { ports } } };
    const secret = { apiVersion: "v1", kind: "Secret", stringData: { plan: "{{ .plan }}" } };
    return {
      apiVersion: API,
      kind: "LynqForm",
      metadata: { name: this.name, namespace },
      spec: {
        hubId: this.name,
        configMaps: [
          { ...named("base"), ...map({ plan: "{{ .plan }}", text }) },
          { ...named(last), dependIds: ["base"], ...map({ text: "añejo" }) },
        ],
        secrets: [{ ...named("key"), spec: secret }],
        services: form === "with a Service" ? [service] : [],
      },
    };
  }
}
