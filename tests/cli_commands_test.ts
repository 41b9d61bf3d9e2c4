import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { parseAllDocuments } from "yaml";
import { reference } from "../src/template/reference.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

async function lynq(args: readonly string[], input = ""): Promise<Ran> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-write", "--allow-env", MAIN, ...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
  });
  const child = command.spawn();
  await new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const hub = (path: string) =>
  `apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: { name: tenants, namespace: saas }
spec:
  source: { type: sqlite, sqlite: { path: ${path}, table: tenants } }
  valueMappings: { uid: id, activate: active }
  extraValueMappings: { plan: plan_name, replicas: n }
`;

const FORM = `apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: { name: web, namespace: saas }
spec:
  hubId: tenants
  configMaps:
    - id: settings
      nameTemplate: "{{ .uid }}-settings"
      dependIds: [space]
      targetNamespace: "{{ .uid }}"
      spec: { apiVersion: v1, kind: ConfigMap, data: { plan: "{{ .plan }}" } }
    - id: scaled
      nameTemplate: "{{ .uid }}-scaled"
      spec:
        apiVersion: example.com/v1
        kind: Widget
        replicas: {{ .replicas }}
  namespaces:
    - id: space
      nameTemplate: "{{ .uid }}"
      spec: { apiVersion: v1, kind: Namespace }
`;

Deno.test("lynq render prints the objects of rows from a database in the order of their dependencies", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/t.sqlite`;
    using database = new DatabaseSync(path);
    database.exec("CREATE TABLE tenants (id TEXT, active INT, plan_name TEXT, n INT)");
    database.exec("INSERT INTO tenants VALUES ('acme', 1, 'pro', 3), ('old', 0, 'free', 1)");
    await Deno.writeTextFile(`${folder}/all.yaml`, `${hub(path)}---\n${FORM}`);
    const { code, out, errors } = await lynq(["render", "-f", `${folder}/all.yaml`, "--from-database"]);
    assert.deepEqual([code, errors], [0, ""]);
    const objects = parseAllDocuments(out).map((document) => document.toJS());
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`),
      [
        "Widget saas/acme-scaled",
        "Namespace -/acme",
        "ConfigMap acme/acme-settings",
      ],
    );
    assert.equal(objects[0].replicas, 3);
    assert.equal(objects[2].metadata.labels["lynq.sh/node"], "acme-web");
    assert.ok(objects.every(({ metadata }) => metadata.ownerReferences === undefined));
    assert.match(out, /^---\n# row acme, form web, resource scaled\n# Widget is not known offline/);
  });
});

Deno.test("lynq render takes rows as flags, JSON and CSV, from standard input too, and prints a List", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/rows.csv`, 'id,plan_name,n\nacme,"a ""b"", c",2\n');
    await Deno.writeTextFile(
      `${folder}/rows.json`,
      '[{ "uid": "acme", "plan": "a \\"b\\", c", "replicas": 2 }]',
    );
    const text = `${hub("t.sqlite")}---\n${FORM}`;
    const flags = ["--row", "uid=acme", "--row", 'plan=a "b", c', "--row", "n=2"];
    const ways = [flags, ["--rows", `${folder}/rows.json`], ["--rows", `${folder}/rows.csv`]];
    const ran = await Promise.all(
      ways.map((rows) => lynq(["render", "-f", "-", "-o", "json", ...rows], text)),
    );
    for (const { code, errors } of ran) assert.deepEqual([code, errors], [0, ""]);
    const [first, ...others] = ran.map(({ out }) => JSON.parse(out));
    assert.equal(first.kind, "List");
    assert.equal(first.items[2].data.plan, 'a "b", c');
    for (const other of others) assert.deepEqual(other, first);
  });
});

Deno.test("lynq render tells what fails with form, resource, field and line, and prints the rest", async () => {
  const form = FORM.replace("{{ .plan }}", "{{ .plam }}");
  const args = ["render", "-f", "-", "--row", "uid=acme", "--row", "plan=pro", "--row", "replicas=many"];
  const { code, out, errors } = await lynq(args, `${hub("x")}---\n${form}`);
  assert.equal(code, 1);
  assert.match(out, /kind: Namespace/);
  assert.doesNotMatch(out, /kind: (?:ConfigMap|Widget)/);
  const [scaled = "", settings = ""] = errors.trim().split("\n");
  assert.match(
    scaled,
    /^row acme, form web, resource scaled, spec\.replicas \(stdin:25\): .*needs an integer/,
  );
  assert.doesNotMatch(scaled, /many/);
  assert.match(settings, /resource settings, spec\.data\.plan \(stdin:19\): /);
  assert.match(
    settings,
    /the hub tenants maps no plam \(did you mean "plan"\?\); it maps uid, .*plan, replicas$/,
  );
});

Deno.test("lynq render names what the row lacks and a flag that the hub does not know", async () => {
  const args = ["render", "-f", "-", "--row", "uid=acme", "--row", "plan=pro", "--row", "replica=1"];
  const { code, errors } = await lynq(args, `${hub("x")}---\n${FORM}`);
  assert.equal(code, 1);
  assert.match(errors, /the hub maps no "replica"; did you mean "replicas"\?/);
  assert.match(errors, /the hub tenants maps replicas, but the row has no value for it/);
});

Deno.test("lynq render derives random values from a seed, says so, and leaves out what includeWhen leaves out", async () => {
  const form = FORM.replace('plan: "{{ .plan }}"', 'plan: "{{ .plan }}", token: "{{ randAlphaNum 12 }}"')
    .replace("    - id: scaled\n", `    - id: scaled\n      includeWhen: '{{ eq .plan "pro" }}'\n`);
  const render = (...flags: string[]) =>
    lynq(
      ["render", "-f", "-", "--row", "uid=acme", "--row", "replicas=1", ...flags],
      `${hub("x")}---\n${form}`,
    );
  const token = (out: string) => /token: "?(\w{12})"?/.exec(out)?.[1];
  const fixed = await render("--row", "plan=free");
  assert.equal(fixed.code, 0, fixed.errors);
  assert.match(fixed.errors, /^note: random values are derived from a fixed seed, give --seed for others/);
  assert.doesNotMatch(fixed.out, /acme-scaled/);
  const again = await render("--row", "plan=pro");
  assert.match(again.out, /acme-scaled/);
  assert.equal(token(again.out), token(fixed.out));
  const other = await render("--row", "plan=free", "--seed", "mine");
  assert.equal(other.errors, "");
  assert.notEqual(token(other.out), token(fixed.out));
});

Deno.test("lynq render says what is missing: rows, a file, a password", async () => {
  const noRows = await lynq(["render", "-f", "-"], FORM);
  assert.equal(noRows.code, 1);
  assert.match(noRows.errors, /no rows: give --row uid=NAME/);
  const noFile = await lynq(["render", "-f", "/nowhere.yaml", "--row", "uid=a"]);
  assert.deepEqual([noFile.code, noFile.errors], [1, "/nowhere.yaml: no such file\n"]);
  const mysql = hub("x").replace(
    /source:.*/,
    "source: { type: mysql, mysql: { host: h, username: u, database: d, " +
      "table: t, passwordRef: { name: s, key: k } } }",
  );
  const noPassword = await lynq(["render", "-f", "-", "--from-database"], `${mysql}---\n${FORM}`);
  assert.equal(noPassword.code, 1);
  assert.match(
    noPassword.errors,
    /LynqHub saas\/tenants: the hub has a password.*--password-env NAME or --password-file/,
  );
});

Deno.test("lynq fmt rewrites a file, tells what it changed, and has nothing to check afterwards", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/form.yaml`;
    await Deno.writeTextFile(path, FORM);
    const before = await lynq(["fmt", "-f", path, "--check"]);
    assert.deepEqual([before.code, before.out], [1, ""]);
    assert.equal(await Deno.readTextFile(path), FORM);
    const { code, errors } = await lynq(["fmt", "-f", path, "--write"]);
    assert.equal(code, 0);
    assert.match(
      errors,
      /form\.yaml:17: spec\.configMaps\[1\]\.spec\.replicas: \{\{ \.replicas \}\} -> "\{\{ \.replicas \| int \}\}"/,
    );
    assert.equal(await Deno.readTextFile(path), FORM.replace("{{ .replicas }}", '"{{ .replicas | int }}"'));
    const after = await lynq(["fmt", "-f", path, "--check"]);
    assert.deepEqual([after.code, after.out, after.errors], [0, "", ""]);
  });
});

Deno.test("lynq validate names file, line, object, field and remedy", async () => {
  const faulty = FORM.replace("dependIds: [space]", "dependIds: [spice]").replace(
    "nameTemplate",
    "nameTempalte",
  )
    .replace('"{{ .plan }}"', '"{{ .plam }}"').replace(
      "hubId: tenants",
      "hubId: tenants\n  rollout: { maxSkew: none }",
    );
  const { code, errors } = await lynq(
    ["validate", "-f", "-"],
    `${hub("x").replace("uid: id, ", "")}---\n${faulty}`,
  );
  assert.equal(code, 1);
  assert.match(errors, /^stdin:6: LynqHub saas\/tenants, spec\.valueMappings\.uid: is missing/m);
  assert.match(
    errors,
    /^stdin:17: LynqForm saas\/web, spec\.configMaps\[0\]\.nameTempalte: unknown field; did you mean "nameTemplate"/m,
  );
  assert.match(errors, /^stdin:14: LynqForm saas\/web, spec\.rollout\.maxSkew: /m);
  const mistyped = await lynq(
    ["validate", "-f", "-"],
    `${hub("x")}---\n${FORM.replace(".plan }}", ".plam }}")}`,
  );
  assert.equal(mistyped.code, 1);
  assert.match(
    mistyped.errors,
    /Resource settings .*: unknown variable \.plam; did you mean \.plan; hub tenants maps uid, .*plan, replicas: /,
  );
  const idle = 'nameTemplate: "{{ .uid }}-settings"\n      readyWhen: "true"\n      waitForReady: false';
  const hinted = await lynq(
    ["validate", "-f", "-"],
    `${hub("x")}---\n${FORM.replace('nameTemplate: "{{ .uid }}-settings"', idle)}`,
  );
  assert.match(hinted.errors, /^stdin:17: warning: .*readyWhen: no effect with waitForReady: false$/m);
  assert.equal(hinted.code, 0, hinted.errors);
  const named = FORM.replace('"{{ .uid }}-settings"', '"{{ .uid }}-{{ .plan }}-{{ now | unixEpoch }}"');
  const rotating = await lynq(["validate", "-f", "-"], `${hub("x")}---\n${named}`);
  assert.match(
    rotating.errors,
    /^stdin:\d+: warning: .*nameTemplate: now gives another time, .*whenever \.plan changes; creationPolicy: Once keeps/m,
  );
  assert.equal(rotating.code, 0, rotating.errors);
});

Deno.test("lynq functions describes every function, or one with its example", async () => {
  const all = await lynq(["functions"]);
  for (const { name } of reference) assert.match(all.out, new RegExp(`^  ${name}\\b`, "m"));
  const one = await lynq(["functions", "trunc"]);
  assert.match(one.out, /^trunc N TEXT .*\n.*\n\n {2}\{\{ trunc .*\n {2}=> /);
  const random = await lynq(["functions", "randAlphaNum"]);
  assert.match(random.out, /\nStays: it is derived from a seed that each node has in a Secret/);
  assert.match(
    (await lynq(["functions", "genCA"])).out,
    /\nStays: a key or certificate that the object has is kept/,
  );
  assert.match((await lynq(["functions", "now"])).out, /\nGives the time of the first rendering/);
  const none = await lynq(["functions", "trnc"]);
  assert.deepEqual([none.code, none.errors], [1, 'no function "trnc"; did you mean "trunc"?\n']);
});
