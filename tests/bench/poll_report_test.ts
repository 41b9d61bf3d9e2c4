import assert from "node:assert/strict";
import { benchPolls, polledDatabases } from "./poll_bench.ts";
import { median, pollFigures, pollTable } from "./poll_report.ts";
import { polledTable } from "./poll_table.ts";

Deno.test("polls are compared by row with the smallest table, in the order of their size", () => {
  const figures = pollFigures("SQLite", [
    { rows: 1000, cpuSeconds: [0.02, 0.9, 0.03], kept: { polls: 20, bytes: 40_000 } },
    { rows: 100, cpuSeconds: [0.002, 0.001, 0.003], kept: { polls: 20, bytes: -20 } },
  ]);
  const [smaller, larger] = figures;
  assert.deepEqual(smaller, {
    ...{ database: "SQLite", rows: 100, cpuSeconds: 0.002, cpuSecondsPer100k: 2, beside: 1 },
    ...{ keptBytes: -1, keptBytesPerRow: -0.01 },
  });
  assert.deepEqual(larger, {
    ...{ database: "SQLite", rows: 1000, cpuSeconds: 0.03, cpuSecondsPer100k: 3, beside: 1.5 },
    ...{ keptBytes: 2000, keptBytesPerRow: 2 },
  });
  assert.match(pollTable(figures), /^\| SQLite \| 1,000 \| 0\.03 \| 3 \| 1\.5 \| 2 \|$/m);
  assert.deepEqual(pollFigures("SQLite", []), []);
});

Deno.test("the median is the value in the middle, or between the two that are", () => {
  assert.deepEqual([[3, 1, 2], [4, 1, 3, 2], [5], []].map(median), [2, 2.5, 5, 0]);
});

Deno.test("a table that is polled has as many rows as were asked for", () => {
  for (const rows of [1, 1000, 2500]) assert.equal(polledTable(rows).match(/'https:/g)?.length, rows);
});

Deno.test("unchanged rows are polled without a request, and databases that are missing are named", async () => {
  const databases = polledDatabases()
    .map((each) => each.name === "SQLite" ? each : { ...each, missing: "not installed" });
  const polls = { measured: 3, keptRows: 600 };
  const { markdown, figures } = await benchPolls({ tableRows: [300, 600], polls, databases });
  assert.deepEqual(figures.map(({ database, rows }) => `${database} ${rows}`), ["SQLite 300", "SQLite 600"]);
  assert.match(markdown, /^\| SQLite \| 600 \| [0-9.]+ \| [0-9.]+ \| [0-9.]+ \| -?[0-9.]+ \|$/m);
  assert.match(markdown, /^Not measured: MariaDB: not installed\.$/m);
});
