import assert from "node:assert/strict";
import { dirname } from "node:path";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { everyObject, leaks } from "../support/canary.ts";
import {
  CANARIES,
  formOf,
  hubOf,
  isForeign,
  rowsOf,
  SECRET,
  shown,
  takenPod,
  type Type,
  TYPES,
} from "../support/canary_documents.ts";
import { hubSays, reasons, statusOf } from "../support/canary_status.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import {
  cannotStart,
  type DatabaseServer,
  type SqliteFile,
  sqliteFile,
  startPostgres,
} from "../support/databases.ts";
import { freePort } from "../support/databases_process.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const ports = { metrics: freePort(), dashboard: freePort(), closed: freePort() };
/** No resolver knows it (RFC 6761). */
const NOBODY = "nobody.invalid";
const postgres: DatabaseServer | undefined = answer.kind === "ready" && cannotStart("postgres") === undefined
  ? await startPostgres()
  : undefined;
const file: SqliteFile | undefined = answer.kind === "ready" ? await sqliteFile(rowsOf("sqlite")) : undefined;

/** Sources that ask for a password. */
const SERVERS = ["mysql", "postgres"] as const;

function secret(namespace: string, password: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: bird, namespace: ${namespace}}\nstringData: {password: ${password}}`;
}

/** Hub and form of each source. */
function documents(lab: OperatorLab, type: Type): string {
  const passwordRef = "passwordRef: {name: bird, key: password}";
  const server = ({ host, port, database }: DatabaseServer) =>
    `{host: ${host}, port: ${port}, username: bird, database: ${database}, table: tenants, ${passwordRef}}`;
  assert.ok(postgres && file);
  const sources = {
    mysql: server(lab.db),
    postgres: server(postgres),
    sqlite: `{path: ${file.path}, table: tenants}`,
  };
  return `${hubOf(lab, type, sources[type])}${formOf(lab, type)}`;
}

async function prepare(lab: OperatorLab): Promise<void> {
  assert.ok(postgres && file, "PostgreSQL runs");
  const { db, namespace, objects } = lab;
  await db.exec(rowsOf("mysql"));
  await db.exec(`CREATE USER 'bird'@'%' IDENTIFIED BY '${SECRET.password}'`);
  await db.exec(`GRANT SELECT ON ${db.database}.* TO 'bird'@'%'`);
  await postgres.exec(rowsOf("postgres"));
  await postgres.exec(`CREATE ROLE bird LOGIN PASSWORD '${SECRET.password}'`);
  await postgres.exec("GRANT SELECT ON tenants TO bird");
  await lab.operator.stop();
  const hosts = [db, postgres].flatMap(({ host, port }) => [`${host}:${port}`, `localhost:${port}`]);
  lab.operator = await lab.start([
    `--source-hosts=${[...hosts, `127.0.0.1:${ports.closed}`, NOBODY].join()}`,
    `--source-paths=${dirname(file.path)}`,
    ...[`--metrics-bind-address=127.0.0.1:${ports.metrics}`, "--metrics-secure=false"],
    ...[`--dashboard-bind-address=127.0.0.1:${ports.dashboard}`, "--zap-log-level=debug"],
  ]);
  await objects.apply([
    secret(namespace, SECRET.password),
    ...TYPES.map((type) => takenPod(lab, type)),
    ...TYPES.map((type) => documents(lab, type)),
  ].join("\n"));
}

async function pages(lab: OperatorLab): Promise<string> {
  const base = `http://127.0.0.1:${ports.dashboard}`;
  const nodes = await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace });
  const paths = ["/", ...nodes.map(({ metadata }) => `/nodes/${metadata.namespace}/${metadata.name}`)];
  const texts = await Promise.all([
    ...paths.map(async (path) => await (await fetch(`${base}${path}`)).text()),
    (async () => await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text())(),
  ]);
  assert.ok(texts.every((text) => text.length > 200));
  assert.match(texts.at(-1) ?? "", /lynqnode_resources_failed/);
  return texts.join("\n");
}

async function nothingLeaks(lab: OperatorLab): Promise<void> {
  const client = createKubeClient(lab.plane.credentials("admin"));
  try {
    const objects = await everyObject(client);
    assert.ok(
      objects.some(({ kind }) => kind === "LynqNode") && objects.some(({ kind }) => kind === "Event"),
    );
    for (const object of objects.filter((each) => !isForeign(each))) {
      const found = leaks(shown(object), CANARIES);
      assert.deepEqual(
        found,
        [],
        `${object.kind} ${object.metadata.name}: ${JSON.stringify(object).slice(0, 4000)}`,
      );
    }
  } finally {
    client.close();
  }
  for (const line of lab.operator.lines) assert.deepEqual(leaks(line, CANARIES), [], line);
  assert.deepEqual(leaks(await pages(lab), CANARIES), []);
}

async function rendered(lab: OperatorLab): Promise<void> {
  await reasons(lab, {
    ...{ fine: "Ready", open: "Ready", fail: "TemplateRenderError", date: "TemplateRenderError" },
    ...{ secretfail: "TemplateRenderError", kind: "ApplyFailed", typed: "ApplyFailed", base: "ApplyFailed" },
    taken: "ResourceConflict",
  });
  for (const type of TYPES) {
    await until(`rows of ${type} to be quarantined`, async () => {
      const { quarantinedRows = [] } = await statusOf(lab, "LynqHub", type);
      return quarantinedRows.map(({ reason }) => reason).sort().join() === "DuplicateUid,UnknownActivate";
    });
  }
  await nothingLeaks(lab);
}

/** Runs `lynq render` on what the hub's own database has. */
async function render(lab: OperatorLab, type: Type, flags: readonly string[]): Promise<string> {
  const manifests = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(manifests, documents(lab, type));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-read", "--allow-env", "--allow-net", "src/main.ts", "render"],
        ...["-f", manifests, "--from-database", "--password-env=BIRD", ...flags],
      ],
      env: { BIRD: SECRET.password },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(manifests);
  }
}

async function printed(lab: OperatorLab): Promise<void> {
  for (const type of TYPES) {
    const text = await render(lab, type, []);
    assert.match(text, /name: \w+-a-fine/);
    assert.match(text, /pin: "?\[sensitive\]/);
    assert.deepEqual(leaks(text, CANARIES), [], text);
    assert.deepEqual(leaks(await render(lab, type, ["--show-sensitive"]), CANARIES), [SECRET.value(type)]);
  }
}

async function drifted(lab: OperatorLab): Promise<void> {
  const { namespace, objects } = lab;
  for (const type of TYPES) {
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: `${type}-a-open` };
    await objects.merge(which, { data: { pin: "another" } });
    await until("the drift to be repaired", async () => {
      const data = (await objects.get(which))?.["data"] as { pin?: string } | undefined;
      return data?.pin === SECRET.value(type);
    });
  }
  for (const type of TYPES) {
    const which = { apiVersion: API, kind: "LynqForm", namespace, name: `${type}-app` };
    await objects.merge(which, {
      spec: { mode: "DryRun", rollout: { maxSkew: 1 }, revisionHistoryLimit: 5 },
    });
    const form = await objects.get(which);
    const manifests = (form?.["spec"] as { manifests: { id: string }[] }).manifests;
    const spec = {
      apiVersion: "v1",
      kind: "Service",
      spec: { type: "{{ .pin }}{{ .uid }}", ports: [{ port: 80 }] },
    };
    await objects.merge(which, {
      spec: { manifests: [...manifests, { ...manifests[0], id: "tried", spec }] },
    });
    await until("the generation to be tried", async () => {
      const { dryRun } = await statusOf(lab, "LynqForm", `${type}-app`) as { dryRun?: { failures: number } };
      return dryRun !== undefined && dryRun.failures > 0;
    });
  }
  await nothingLeaks(lab);
}

async function unreadable(lab: OperatorLab): Promise<void> {
  const { namespace, objects, db } = lab;
  await db.exec("ALTER TABLE tenants MODIFY pin VARBINARY(60)");
  await db.exec(`UPDATE tenants SET pin = CONCAT('${SECRET.blob}', x'ff') WHERE id = 'mysql-b'`);
  await until(
    "the cell to be told",
    async () =>
      (await statusOf(lab, "LynqHub", "mysql")).quarantinedRows?.some(({ reason }) =>
        reason === "InvalidValue"
      ),
  );
  const which = (name: Type) => ({ apiVersion: API, kind: "LynqHub", namespace, name });
  // The server's certificate is for this name, and of an authority that nobody knows.
  for (const type of SERVERS) {
    await objects.merge(which(type), { spec: { source: { [type]: { tls: {}, host: "localhost" } } } });
    await hubSays(lab, type, "TlsFailed");
  }
  await nothingLeaks(lab);
}

/** Databases that can't be reached, or that don't let us in; then the hubs read as before. */
async function unreachable(lab: OperatorLab): Promise<void> {
  assert.ok(postgres && file);
  const { namespace, objects } = lab;
  const which = (name: Type) => ({ apiVersion: API, kind: "LynqHub", namespace, name });
  const toldByEach = async (source: Readonly<Record<string, unknown>>, reason: string) => {
    for (const type of SERVERS) await objects.merge(which(type), { spec: { source: { [type]: source } } });
    for (const type of SERVERS) await hubSays(lab, type, reason);
    await nothingLeaks(lab);
  };
  await toldByEach({ tls: null, host: "127.0.0.1", port: ports.closed }, "ConnectionRefused");
  await toldByEach({ host: NOBODY }, "UnknownHost");
  await objects.merge(which("sqlite"), { spec: { source: { sqlite: { path: `${file.path}.gone` } } } });
  await hubSays(lab, "sqlite", "DatabaseNotFound");
  await objects.apply(secret(namespace, SECRET.wrong));
  for (const [type, { host, port }] of [["mysql", lab.db], ["postgres", postgres]] as const) {
    await objects.merge(which(type), { spec: { source: { [type]: { host, port } } } });
    await hubSays(lab, type, "AuthenticationFailed");
  }
  await nothingLeaks(lab);
  await objects.apply(secret(namespace, SECRET.password));
  await objects.merge(which("sqlite"), { spec: { source: { sqlite: { path: file.path } } } });
  for (const type of TYPES) await hubSays(lab, type, "Read");
  await nothingLeaks(lab);
}

operatorTest(answer, "passwords and sensitive values are shown nowhere", {
  kinds: [{ group: "", plurals: ["pods"] }],
  prepare,
  steps: [
    { title: "when rendered, when a template fails, when a server refuses, and for odd rows", run: rendered },
    { title: "by lynq render, unless it is asked to", run: printed },
    { title: "when others change what is ours, and when a form is tried", run: drifted },
    { title: "when a cell or a certificate is wrong", run: unreadable },
    { title: "when a database can't be reached, or refuses the password", run: unreachable },
    {
      title: "when a hub is paused",
      run: async (lab) => {
        const which = { apiVersion: API, kind: "LynqHub", namespace: lab.namespace, name: "sqlite" };
        await lab.objects.merge(which, { spec: { sensitive: ["pin"], paused: true } });
        await until(
          "the pause",
          async () =>
            (await statusOf(lab, "LynqHub", "sqlite")).conditions?.some((each) => each.reason === "Paused"),
        );
        await nothingLeaks(lab);
      },
    },
  ],
});

Deno.test({
  name: "the databases of the canaries end",
  ignore: answer.kind === "skip",
  fn: async () => {
    await postgres?.stop();
    await file?.remove();
  },
});
