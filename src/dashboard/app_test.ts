import assert from "node:assert/strict";
import { dashboardApp } from "./app.ts";
import { SAMPLE_NOW, sampleNode, sampleResource, sampleStatus } from "./sample_status.ts";
import type { NodeView, StatusPort } from "./state.ts";

const HOSTILE = `"><script>alert(1)</script>'&{{`;

async function get(path: string, status: StatusPort = sampleStatus()) {
  const response = await dashboardApp({ status, now: () => SAMPLE_NOW }).request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Text of a page without tags, entities for what HTML needs, and runs of space as one. */
function words(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll(/&quot;/g, '"').replaceAll(/\s+/g, " ");
}

function nodeNames(html: string): string[] {
  return [...html.matchAll(/<a href="\/nodes\/[^/]+\/([^"]+)">/g)].map((match) => match[1] ?? "");
}

Deno.test("the overview shows hubs, forms and nodes with their counts, state and reason", async () => {
  const { status, text } = await get("/");
  assert.equal(status, 200);
  const page = words(text);
  for (
    const part of [
      "Hubs 2 Forms 2 Nodes 16 Ready 12 / 16 Failed 2",
      "crm NodesFailed tenants mysql every 30s read 12s ago 1 row set aside 8 of 12 ready, 2 failed",
      "report-job DependencyCycle billing hub ledger 1 resource a row 4 of 4 ready a -&gt; b -&gt; a: remove one",
      'globex-web-stack tenants / crm / web-stack Failed 1 of 3 ready config Ready web Failed svc Skipped ResourceFailures Failed to apply resource web: Deployment.apps "globex-web" is invalid',
      "umbrella-web-stack tenants / crm / web-stack Progressing 1 of 4 ready",
      "Waiting for rds-instance to become ready 1m",
      "All 16 Failed 1 Conflicted 1 Deleting 1 Progressing 1 Ready 12 1-16 of 16",
    ]
  ) {
    assert.ok(page.includes(part), `${part}\n\n${page}`);
  }
});

Deno.test("one row of the nodes is this HTML", async () => {
  const node = sampleNode("acme-web-stack", { resources: [sampleResource("web")] });
  const { text } = await get("/", sampleStatus([node]));
  assert.equal(
    /<tbody>\s*([^]*?)\s*<\/tbody>/.exec(text)?.[1]?.replaceAll(/>\s+</g, "><"),
    '<tr><td class="name of"><a href="/nodes/tenants/acme-web-stack"><b>acme-web-stack</b></a><br>' +
      '<span class="soft small">tenants / crm / web-stack</span></td><td><span class="badge Ready">Ready</span></td>' +
      '<td class="number">1 of 1 ready<ul class="squares" aria-label="resources">' +
      '<li class="Ready" title="web: Deployment/acme-web is Ready"><span class="visually-hidden">web Ready</span></li>' +
      '</ul></td><td></td><td class="number"><time datetime="2026-02-26T12:00:00.000Z">3d</time></td></tr>',
  );
});

Deno.test("what needs a person comes first", async () => {
  const names = nodeNames((await get("/")).text);
  assert.deepEqual(names.slice(0, 5), [
    "globex-web-stack",
    "initech-web-stack",
    "soylent-web-stack",
    "umbrella-web-stack",
    "ap-report-job",
  ]);
});

Deno.test("state, hub, form and search each narrow the nodes, and the page says so", async () => {
  const shown = async (query: string) => nodeNames((await get(`/?${query}`)).text);
  assert.deepEqual(await shown("state=Conflicted"), ["initech-web-stack"]);
  assert.equal((await shown("state=Ready&hub=tenants/crm")).length, 8);
  assert.equal((await shown("form=billing/report-job")).length, 4);
  assert.deepEqual(await shown("hub=other/crm"), []);
  assert.deepEqual(await shown("q=RDSInstance"), ["umbrella-web-stack"]);
  assert.deepEqual(await shown("q=managed+nothing"), []);
  assert.equal((await shown("state=nonsense")).length, 16);
  const { text } = await get("/?q=stack&hub=tenants/crm&state=Failed");
  assert.ok(text.includes('<input type="search" name="q" value="stack"'));
  assert.ok(text.includes('<input type="hidden" name="hub" value="tenants/crm">'));
  assert.ok(text.includes('href="/?state=Failed&amp;hub=tenants%2Fcrm&amp;q=stack" aria-current="true"'));
});

Deno.test("fifty nodes are a page, and a page beyond the last is the last", async () => {
  const nodes = Array.from({ length: 120 }, (_, i) => sampleNode(`n${String(i).padStart(3, "0")}`));
  const page = async (query: string) => (await get(`/?${query}`, sampleStatus(nodes))).text;
  const [first, third] = [await page(""), await page("page=3")];
  assert.deepEqual([nodeNames(first).length, nodeNames(first)[0]], [50, "n000"]);
  assert.ok(first.includes('rel="next" href="/?page=2"') && !first.includes('rel="prev"'));
  assert.deepEqual([nodeNames(third).length, nodeNames(third)[0]], [20, "n100"]);
  assert.ok(third.includes("101-120 of 120") && !third.includes('rel="next"'));
  assert.deepEqual(nodeNames(await page("page=99")), nodeNames(third));
});

Deno.test("a node's page shows every resource with its object, state and reason, and the conditions", async () => {
  const { status, text } = await get("/nodes/tenants/globex-web-stack");
  assert.equal(status, 200);
  const page = words(text);
  for (
    const part of [
      "globex-web-stack tenants / crm / web-stack Failed ResourceFailures",
      "Ready 1 of 3 Failed 1 Conflicted 0 Skipped 1 Age 10m",
      "web Deployment/globex-web tenants Failed Invalid spec.replicas: Invalid value: -1: must be 0 or more",
      "svc Service/globex tenants Skipped DependencyFailed Skipped because dependency web failed",
      "Degraded True ResourceFailures web failed 3m",
      "kubectl describe lynqnode --namespace tenants globex-web-stack",
    ]
  ) {
    assert.ok(page.includes(part), `${part}\n\n${page}`);
  }
});

Deno.test("a node or a page that is not there is 404", async () => {
  const missing = await get("/nodes/tenants/nobody");
  assert.equal(missing.status, 404);
  assert.match(missing.text, /There is no LynqNode tenants\/nobody\./);
  assert.equal((await get("/elsewhere")).status, 404);
});

Deno.test("no value is ever markup, wherever it stands", async () => {
  const node: NodeView = sampleNode(HOSTILE, {
    namespace: HOSTILE,
    hub: HOSTILE,
    form: HOSTILE,
    state: "Failed",
    reason: HOSTILE,
    message: HOSTILE,
    createdAt: HOSTILE,
    conditions: [{ type: HOSTILE, status: "True", reason: HOSTILE, message: HOSTILE, since: HOSTILE }],
    resources: [{
      id: HOSTILE,
      kind: HOSTILE,
      namespace: HOSTILE,
      name: HOSTILE,
      state: "Failed",
      reason: HOSTILE,
      message: HOSTILE,
    }],
  });
  const base = sampleStatus([node]);
  const hostile = {
    namespace: HOSTILE,
    name: HOSTILE,
    reason: HOSTILE,
    message: HOSTILE,
    conditions: node.conditions,
  };
  const status: StatusPort = {
    ...base,
    hubs: () => base.hubs().map((hub) => ({ ...hub, ...hostile, source: HOSTILE, interval: HOSTILE })),
    forms: () => base.forms().map((form) => ({ ...form, ...hostile, hub: HOSTILE })),
  };
  const encoded = encodeURIComponent(HOSTILE);
  for (
    const path of [
      "/",
      `/?q=${encoded}`,
      `/?hub=${encoded}&form=${encoded}`,
      `/nodes/${encoded}/${encoded}`,
      `/nodes/${encoded}/x`,
    ]
  ) {
    const { text } = await get(path, status);
    assert.ok(!text.includes("<script>"), path);
    assert.equal(text.match(/<script/g)?.length, 1, path);
    assert.ok(!/="[^"]*"[^\s>\/=]+[^>]*alert/.test(text), path);
  }
});

Deno.test("a credential in a message is not shown", async () => {
  const node = sampleNode("acme", {
    state: "Failed",
    message: "dial mysql://root:canary@db failed",
    conditions: [{
      type: "Ready",
      status: "False",
      reason: "X",
      message: "password=canary",
      since: undefined,
    }],
    resources: [sampleResource("web", { state: "Failed", message: "Bearer canary-canary" })],
  });
  for (const path of ["/", "/nodes/tenants/acme"]) {
    assert.ok(!(await get(path, sampleStatus([node]))).text.includes("canary"), path);
  }
});

Deno.test("a page loads nothing from elsewhere and runs no script but its own", async () => {
  const { headers, text } = await get("/");
  assert.equal(
    headers.get("content-security-policy"),
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(
    [...text.matchAll(/(?:src|href)="([^"/#][^"]*)"/g)].filter(([, url]) => !url?.startsWith("data:")),
    [],
  );
  assert.ok(!/ (style|on[a-z]+)="/.test(text));
  assert.ok(text.includes('<noscript><meta http-equiv="refresh" content="5"></noscript>'));
});

Deno.test("the style and the script are revalidated by their digest", async () => {
  for (
    const [path, type] of [["/assets/status.css", "text/css"], [
      "/assets/refresh.js",
      "text/javascript",
    ]] as const
  ) {
    const app = dashboardApp({ status: sampleStatus() });
    const first = await app.request(path);
    await first.body?.cancel();
    assert.equal(first.headers.get("content-type"), `${type}; charset=utf-8`);
    const again = await app.request(path, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    await again.body?.cancel();
    assert.equal(again.status, 304);
  }
});

Deno.test("nothing but reading is answered", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const response = await dashboardApp({ status: sampleStatus() }).request("/", { method });
    await response.body?.cancel();
    assert.equal(response.status, 404);
  }
});

Deno.test("an empty cluster says what comes next", async () => {
  const status: StatusPort = { hubs: () => [], forms: () => [], nodes: () => [], node: () => undefined };
  const page = words((await get("/", status)).text);
  for (const part of ["No LynqHub yet.", "No LynqForm yet.", "No LynqNode yet."]) {
    assert.ok(page.includes(part));
  }
});

Deno.test("a replica that does not know all says so, on the page of a node that it lacks too", async () => {
  const status: StatusPort = { ...sampleStatus(), scope: () => "This replica works on shard 1 of 2." };
  assert.ok(words((await get("/", status)).text).includes("This replica works on shard 1 of 2."));
  const missing = words((await get("/nodes/ns/nobody", status)).text);
  assert.ok(missing.includes("LynqNode ns/nobody is not known here. This replica works on shard 1 of 2."));
  assert.ok(!words((await get("/")).text).includes("This replica"));
});
