import assert from "node:assert/strict";
import { join } from "node:path";
import { CredentialsError } from "./credentials_error.ts";
import { loadCredentials } from "./load_credentials.ts";

/** Runs with a directory of its own, in which `files` lie. */
async function withFiles(files: Record<string, string>, test: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(directory, name), text);
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function kubeconfig(over: { cluster?: object; user?: object; context?: object; more?: object } = {}): string {
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server: "https://one:6443/", ...over.cluster } }],
    users: [{ name: "u", user: over.user ?? { token: "t0ken" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", ...over.context } }],
    "current-context": "x",
    ...over.more,
  });
}

const env = (values: Record<string, string> = {}) => (name: string) => values[name];

async function refused(load: Promise<unknown>): Promise<CredentialsError> {
  const error = await load.catch((error) => error);
  assert.ok(error instanceof CredentialsError, String(error));
  return error;
}

Deno.test("a token, a namespace and whom to act for come from the current context", async () => {
  const text = kubeconfig({ context: { namespace: "shop" }, user: { token: "t0ken", as: "ada" } });
  await withFiles({ config: text }, async (directory) => {
    const path = join(directory, "config");
    const found = await loadCredentials({ kubeconfig: path, env: env() });
    assert.equal(found.server, "https://one:6443");
    assert.equal(found.namespace, "shop");
    assert.equal(found.origin, `context x of ${path}`);
    assert.deepEqual(found.subject, { user: "ada", groups: undefined });
    assert.equal(await found.authorization(), "Bearer t0ken");
    assert.deepEqual(await found.tls(), { caCerts: [], certificate: undefined });
  });
});

Deno.test("of a list of files the first that names something wins, and missing ones are passed over", async () => {
  const first = kubeconfig({ more: { "current-context": "" } });
  const second = JSON.stringify({
    clusters: [{ name: "c", cluster: { server: "https://other" } }],
    contexts: [{ name: "y", context: { cluster: "c", user: "" } }],
    "current-context": "y",
  });
  await withFiles({ first, second }, async (directory) => {
    const list = ["missing", "first", "second"].map((name) => join(directory, name)).join(":");
    const current = await loadCredentials({ env: env({ KUBECONFIG: list }) });
    assert.equal(current.server, "https://one:6443");
    assert.equal(await current.authorization(), undefined);
    const named = await loadCredentials({ env: env({ KUBECONFIG: list }), context: "x" });
    assert.equal(await named.authorization(), "Bearer t0ken");
  });
});

Deno.test("certificates come from base64 data or from files beside the kubeconfig", async () => {
  const cluster = { "certificate-authority-data": btoa("CA") };
  const user = { "client-certificate": "tls.crt", "client-key-data": btoa("KEY") };
  await withFiles({ config: kubeconfig({ cluster, user }), "tls.crt": "CERT" }, async (directory) => {
    const found = await loadCredentials({ kubeconfig: join(directory, "config"), env: env() });
    assert.deepEqual(await found.tls(), { caCerts: ["CA"], certificate: { cert: "CERT", key: "KEY" } });
    await Deno.writeTextFile(join(directory, "tls.crt"), "NEXT");
    assert.equal((await found.tls()).certificate?.cert, "NEXT");
    assert.equal(await found.refresh(), true);
  });
});

Deno.test("a pod's token is read again after 401", async () => {
  const files = { token: "one\n", "ca.crt": "CA", namespace: "lynq-system" };
  await withFiles(files, async (directory) => {
    const pod = env({ KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" });
    const found = await loadCredentials({ env: pod, serviceAccountDirectory: directory });
    assert.equal(found.server, "https://10.0.0.1:443");
    assert.equal(found.namespace, "lynq-system");
    assert.deepEqual(await found.tls(), { caCerts: ["CA"] });
    assert.equal(await found.authorization(), "Bearer one");
    await Deno.writeTextFile(join(directory, "token"), "two\n");
    assert.equal(await found.authorization(), "Bearer one");
    assert.equal(await found.refresh(), true);
    assert.equal(await found.authorization(), "Bearer two");
  });
});

Deno.test("a pod without a token says how to get one", async () => {
  await withFiles({}, async (directory) => {
    const pod = env({ KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" });
    const error = await refused(loadCredentials({ env: pod, serviceAccountDirectory: directory }));
    assert.match(error.remedy, /automountServiceAccountToken/);
  });
});

Deno.test("what can't be honoured is refused with its field, never passed over", async () => {
  const cases: [Parameters<typeof kubeconfig>[0], string][] = [
    [{ cluster: { "insecure-skip-tls-verify": true } }, "clusters[c].cluster.insecure-skip-tls-verify"],
    [{ cluster: { "proxy-url": "http://proxy" } }, "clusters[c].cluster.proxy-url"],
    [{ cluster: { "tls-server-name": "other" } }, "clusters[c].cluster.tls-server-name"],
    [{ cluster: { server: "one:6443" } }, "clusters[c].cluster.server"],
    [{ user: { username: "ada", password: "s3cret" } }, "users[u].user.username"],
    [{ context: { user: "nobody" } }, "contexts[x].context.user"],
    [{ context: { cluster: "nowhere" } }, "contexts[x].context.cluster"],
    [{ more: { "current-context": "z" } }, "current-context"],
    [{ more: { users: [{ name: "u", user: { token: 7 } }] } }, "users.0.user.token"],
  ];
  for (const [over, field] of cases) {
    await withFiles({ config: kubeconfig(over) }, async (directory) => {
      const error = await refused(loadCredentials({ kubeconfig: join(directory, "config"), env: env() }));
      assert.equal(error.field, field);
      assert.doesNotMatch(error.message, /s3cret|t0ken/);
    });
  }
});

Deno.test("a flaw of the YAML is told by its line, without the text of the file", async () => {
  await withFiles({ config: 'users:\n- token: "s3cret' }, async (directory) => {
    const error = await refused(loadCredentials({ kubeconfig: join(directory, "config"), env: env() }));
    assert.match(error.message, /line 2/);
    assert.doesNotMatch(error.message, /s3cret/);
  });
});

Deno.test("a certificate without its key and a broken base64 are told where they are", async () => {
  for (const user of [{ "client-certificate-data": btoa("CERT") }, { "client-key-data": "%" }]) {
    await withFiles({ config: kubeconfig({ user }) }, async (directory) => {
      const found = await loadCredentials({ kubeconfig: join(directory, "config"), env: env() });
      const error = await refused(found.tls());
      assert.match(error.field, /^users\[u\]\.user/);
    });
  }
});

Deno.test("no kubeconfig anywhere is told with what to do", async () => {
  await withFiles({}, async (directory) => {
    const error = await refused(loadCredentials({ env: env({ HOME: directory }) }));
    assert.match(error.remedy, /--kubeconfig/);
  });
});

Deno.test("an exec plugin gives the token, and is run again after 401", async () => {
  const script =
    '#!/bin/sh\ncount=$(cat "$0.count" 2>/dev/null || echo 0)\necho $((count + 1)) >"$0.count"\n' +
    'echo "{\\"status\\":{\\"token\\":\\"plugin-$((count + 1))\\"}}"\n';
  await withFiles({ plugin: script }, async (directory) => {
    const command = join(directory, "plugin");
    await Deno.chmod(command, 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "Never" };
    await Deno.writeTextFile(join(directory, "config"), kubeconfig({ user: { exec } }));
    const found = await loadCredentials({ kubeconfig: join(directory, "config"), env: env() });
    assert.equal(await found.authorization(), "Bearer plugin-1");
    assert.equal(await found.authorization(), "Bearer plugin-1");
    assert.equal(await found.refresh(), true);
    assert.equal(await found.authorization(), "Bearer plugin-2");
    await Deno.remove(command);
    await found.refresh();
    const error = await refused(found.authorization());
    assert.equal(error.field, "users[u].user.exec");
  });
});
