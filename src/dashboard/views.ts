/** The page's frame. `it.body` is HTML that a view of this file made. */
const LAYOUT = `<!doctype html>
<html lang="en" data-refresh="<%= it.refreshSeconds %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.title %></title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232457d6'/%3E%3Cpath d='M5 4v8h6' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/assets/status.css">
<script src="/assets/refresh.js" defer></script>
<noscript><meta http-equiv="refresh" content="<%= it.refreshSeconds %>"></noscript>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<div id="stale" role="status" hidden>The operator does not answer. What you see is what it told last.</div>
<header><a href="/">Lynq</a><span>status</span></header>
<main id="main">
<%~ it.body %>
</main>
<footer>Read-only. Refreshes every <%= it.refreshSeconds %> seconds.</footer>
</body>
</html>
`;

const PARENTS = `<% if (it.rows.length === 0) { %>
<p class="card empty"><%= it.none %></p>
<% } else { %>
<ul class="parents">
<% for (const row of it.rows) { %>
<li class="card">
<div class="line"><a href="<%= row.href %>"><b><%= row.name %></b></a><span class="badge <%= row.state %>"><%= row.state === "Ready" ? "Ready" : row.reason || row.state %></span></div>
<p class="facts soft small"><span><%= row.namespace %></span><% for (const fact of row.facts) { %><span><%= fact %></span><% } %></p>
<svg class="bar" viewBox="0 0 100 7" preserveAspectRatio="none" role="img" aria-label="<%= row.bar.label %>">
<% for (const part of row.bar.parts) { %><rect class="<%= part.state %>" x="<%= part.x %>" width="<%= part.width %>" height="7"></rect><% } %>
</svg>
<p class="message soft"><%= row.bar.label %></p>
<% if (row.message !== "") { %><p class="message"><%= row.message %></p><% } %>
<% if (row.conditions.length > 0) { %>
<details data-key="<%= it.kind %>/<%= row.key %>"><summary>Conditions</summary>
<dl class="conditions">
<% for (const condition of row.conditions) { %><dt><b><%= condition.type %></b> <%= condition.status %>, <%= condition.reason %></dt><dd class="soft"><%= condition.message %></dd><% } %>
</dl></details>
<% } %>
</li>
<% } %>
</ul>
<% } %>`;

const NODE_ROWS = `<div class="card scroll">
<table>
<caption class="visually-hidden">LynqNodes, the most urgent first</caption>
<thead><tr><th scope="col">Node</th><th scope="col">State</th><th scope="col">Resources</th><th scope="col" class="why">Why</th><th scope="col">Age</th></tr></thead>
<tbody>
<% for (const node of it.nodes) { %>
<tr>
<td class="name of"><a href="<%= node.href %>"><b><%= node.name %></b></a><br><span class="soft small"><%= node.namespace %> / <%= node.hub %> / <%= node.form %></span></td>
<td><span class="badge <%= node.state %>"><%= node.state %></span></td>
<td class="number"><%= node.counts %>
<ul class="squares" aria-label="resources">
<% for (const resource of node.resources) { %><li class="<%= resource.state %>" title="<%= resource.id %>: <%= resource.kind %>/<%= resource.name %> is <%= resource.state %>"><span class="visually-hidden"><%= resource.id %> <%= resource.state %></span></li><% } %>
</ul><% if (node.moreResources > 0) { %><span class="small">and <%= node.moreResources %> more</span><% } %></td>
<td><% if (node.reason !== "") { %><b class="small"><%= node.reason %></b><% } %><% if (node.message !== "") { %><p class="message"><%= node.message %></p><% } %></td>
<td class="number"><time datetime="<%= node.createdAt %>"><%= node.age %></time></td>
</tr>
<% } %>
</tbody>
</table>
</div>`;

const OVERVIEW = `<h1 class="visually-hidden">Overview</h1>
<section id="summary" data-live aria-label="Summary">
<% if (it.scope !== undefined) { %><p class="card scope" role="note"><%= it.scope %></p><% } %>
<ul class="tiles">
<% for (const tile of it.summary) { %><li class="card <%= tile.state %>"><span class="soft small"><%= tile.label %></span><b><%= tile.value %></b></li><% } %>
</ul>
</section>
<h2 id="hubs-title">Hubs</h2>
<section id="hubs" data-live aria-labelledby="hubs-title">
<%~ include("@parents", { rows: it.hubs, kind: "hub", none: "No LynqHub yet. A hub names the database table whose rows become nodes." }) %>
</section>
<h2 id="forms-title">Forms</h2>
<section id="forms" data-live aria-labelledby="forms-title">
<%~ include("@parents", { rows: it.forms, kind: "form", none: "No LynqForm yet. A form names the resources that each row of a hub gets." }) %>
</section>
<h2 id="nodes-title">Nodes</h2>
<form action="/" role="search" class="filters">
<span class="soft small"><% if (it.query.hub !== undefined) { %>of hub <b><%= it.query.hub %></b> <a href="<%= it.unscoped %>">show all</a><% } else if (it.query.form !== undefined) { %>of form <b><%= it.query.form %></b> <a href="<%= it.unscoped %>">show all</a><% } %></span>
<span>
<% if (it.query.state !== undefined) { %><input type="hidden" name="state" value="<%= it.query.state %>"><% } %>
<% if (it.query.hub !== undefined) { %><input type="hidden" name="hub" value="<%= it.query.hub %>"><% } %>
<% if (it.query.form !== undefined) { %><input type="hidden" name="form" value="<%= it.query.form %>"><% } %>
<input type="search" name="q" value="<%= it.query.search %>" placeholder="name, resource or message" aria-label="Search nodes"> <button>Search</button></span>
</form>
<section id="nodes" data-live aria-labelledby="nodes-title">
<nav class="filters" aria-label="Filter by state">
<ul class="chips">
<% for (const chip of it.chips) { %><li><a href="<%= chip.href %>"<% if (chip.current) { %> aria-current="true"<% } %>><%= chip.label %> <b><%= chip.count %></b></a></li><% } %>
</ul>
<span class="soft small"><%= it.range %></span>
</nav>
<% if (it.total === 0) { %>
<p class="card empty">No LynqNode yet. Each active row of a hub becomes one for each form of the hub.</p>
<% } else if (it.nodes.length === 0) { %>
<p class="card empty">No node matches. <a href="/">Show all</a></p>
<% } else { %>
<%~ include("@node-rows", it) %>
<% } %>
<% if (it.previous !== undefined || it.next !== undefined) { %>
<nav class="pages" aria-label="Pages"><% if (it.previous !== undefined) { %><a rel="prev" href="<%= it.previous %>">Previous</a><% } %><% if (it.next !== undefined) { %><a rel="next" href="<%= it.next %>">Next</a><% } %></nav>
<% } %>
</section>
`;

const NODE = `<section id="node" data-live>
<h1><%= it.name %></h1>
<p class="soft small"><%= it.namespace %> / <a href="<%= it.hubHref %>"><%= it.hub %></a> / <a href="<%= it.formHref %>"><%= it.form %></a></p>
<p><span class="badge <%= it.state %>"><%= it.state %></span> <% if (it.state !== "Ready") { %><b class="small"><%= it.reason %></b><% } %></p>
<% if (it.message !== "") { %><p class="card notice"><%= it.message %></p><% } %>
<dl class="card keyfacts">
<% for (const fact of it.facts) { %><div><dt><%= fact.label %></dt><dd><%= fact.value %></dd></div><% } %>
</dl>
<h2>Resources</h2>
<% if (it.resources.length === 0) { %>
<p class="card empty">None recorded yet.</p>
<% } else { %>
<div class="card scroll">
<table>
<thead><tr><th scope="col">Id</th><th scope="col">Object</th><th scope="col">State</th><th scope="col" class="why">Why</th></tr></thead>
<tbody>
<% for (const resource of it.resources) { %>
<tr>
<td class="mono"><%= resource.id %></td>
<td class="name"><%= resource.kind %>/<%= resource.name %><% if (resource.namespace !== undefined) { %><br><span class="soft small"><%= resource.namespace %></span><% } %></td>
<td><span class="badge <%= resource.state %>"><%= resource.state %></span></td>
<td><% if (resource.state !== "Ready") { %><b class="small"><%= resource.reason %></b><% } %><% if (resource.message !== "") { %><p class="message"><%= resource.message %></p><% } %></td>
</tr>
<% } %>
</tbody>
</table>
</div>
<% } %>
<h2>Conditions</h2>
<div class="card scroll">
<table>
<thead><tr><th scope="col">Type</th><th scope="col">Status</th><th scope="col">Reason</th><th scope="col">Message</th><th scope="col">For</th></tr></thead>
<tbody>
<% for (const condition of it.conditions) { %>
<tr><td><b><%= condition.type %></b></td><td><%= condition.status %></td><td><%= condition.reason %></td><td class="name"><%= condition.message %></td><td class="number"><%= condition.age %></td></tr>
<% } %>
</tbody>
</table>
</div>
<h2>Look closer</h2>
<p class="card notice"><code>kubectl describe lynqnode --namespace <%= it.namespace %> <%= it.name %></code></p>
</section>
`;

const MISSING = `<h1>Not here</h1>
<p class="card empty"><%= it.what %> <a href="/">Back to the overview</a></p>
`;

/** Eta templates by name. Every value is escaped, except `body` and what `include` returns: HTML made by these views. */
export const VIEWS: Readonly<Record<string, string>> = {
  "@layout": LAYOUT,
  "@parents": PARENTS,
  "@node-rows": NODE_ROWS,
  "@overview": OVERVIEW,
  "@node": NODE,
  "@missing": MISSING,
};
