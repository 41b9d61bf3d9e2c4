import assert from "node:assert/strict";
import fc from "fast-check";
import { age } from "./age.ts";
import { listNodes, PAGE_SIZE } from "./node_list.ts";
import { nodeQueryHref, parseNodeQuery } from "./node_query.ts";
import { sampleNode } from "./sample_status.ts";
import { NODE_STATES, type NodeView } from "./state.ts";

const EVERY = { state: undefined, hub: undefined, form: undefined, search: "", page: 1 };

const someNodes = fc.array(
  fc.record({ name: fc.integer({ min: 0, max: 400 }), state: fc.constantFrom(...NODE_STATES) }),
  { maxLength: 300 },
).map((all) => all.map(({ name, state }, i) => sampleNode(`n${name}-${i}`, { state })));

Deno.test("the pages together are every node that matches, once, in order of urgency and name", () => {
  fc.assert(
    fc.property(someNodes, fc.option(fc.constantFrom(...NODE_STATES), { nil: undefined }), (nodes, state) => {
      const { pages, matched } = listNodes(nodes, { ...EVERY, state });
      const seen: NodeView[] = [];
      for (let page = 1; page <= pages; page++) {
        seen.push(...listNodes(nodes, { ...EVERY, state, page }).nodes);
      }
      const rank = (node: NodeView) => `${NODE_STATES.indexOf(node.state)} ${node.name}`;
      const want = nodes.filter((node) => state === undefined || node.state === state).map(rank).sort();
      assert.deepEqual(seen.map(rank), want);
      assert.equal(matched, want.length);
      assert.equal(pages, Math.max(1, Math.ceil(want.length / PAGE_SIZE)));
    }),
  );
});

Deno.test("counts by state do not depend on the state that is shown", () => {
  fc.assert(
    fc.property(someNodes, fc.constantFrom(...NODE_STATES), (nodes, state) => {
      const all = listNodes(nodes, EVERY);
      assert.deepEqual(listNodes(nodes, { ...EVERY, state }).byState, all.byState);
      assert.equal(all.byState[state], listNodes(nodes, { ...EVERY, state }).matched);
    }),
  );
});

Deno.test("a query's address reads back as the query", () => {
  const word = fc.stringMatching(/^[a-z0-9&=#%+ ?/-]{0,20}$/).map((text) => text.trim());
  const queries = fc.record({
    state: fc.option(fc.constantFrom(...NODE_STATES), { nil: undefined }),
    hub: fc.option(fc.constantFrom("a/b", "x&y/z"), { nil: undefined }),
    form: fc.option(fc.constantFrom("a/c"), { nil: undefined }),
    search: word,
    page: fc.integer({ min: 1, max: 1000 }),
  }, { noNullPrototype: true });
  fc.assert(
    fc.property(queries, (query) => {
      const href = nodeQueryHref(query, { page: query.page });
      assert.deepEqual(parseNodeQuery(new URL(href, "http://x").searchParams), query);
    }),
  );
});

Deno.test("an address that makes no sense shows everything", () => {
  for (const text of ["page=0", "page=-3", "page=1e99", "page=x", "state=%00", "hub=", "q=%20"]) {
    assert.deepEqual(parseNodeQuery(new URLSearchParams(text)), EVERY, text);
  }
});

Deno.test("an age is the largest whole unit", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const cases: [string | undefined, string][] = [
    ["2026-03-01T12:00:00Z", "0s"],
    ["2026-03-01T11:59:01Z", "59s"],
    ["2026-03-01T11:58:59Z", "1m"],
    ["2026-02-28T12:00:01Z", "23h"],
    ["2026-02-01T00:00:00Z", "28d"],
    ["2026-03-01T13:00:00Z", "0s"],
    [undefined, ""],
    ["yesterday", ""],
  ];
  for (const [since, want] of cases) assert.equal(age(since, now), want);
});
