import assert from "node:assert/strict";
import fc from "fast-check";
import { demoNode, demoResource, tenant } from "../../tests/support/demo_samples.ts";
import { clip, fit, paint, rowsOf, span, widthOf } from "./demo_line.ts";
import { demoScreen } from "./demo_screen.ts";
import { demoView, type ViewInput } from "./demo_view.ts";

function input(changed: Partial<ViewInput> = {}): ViewInput {
  return {
    state: {
      tenants: [
        tenant("acme", [demoNode("acme-data"), demoNode("acme-web")]),
        tenant("globex", [
          demoNode("globex-data"),
          demoNode("globex-web", {
            progress: "Progressing",
            ready: 0,
            message: "0 of 4 pods ready",
            resources: [demoResource({ state: "Progressing", message: "0 of 4 pods ready" })],
          }),
        ], "enterprise"),
      ],
      forms: ["data", "web"],
      hubProblem: "",
    },
    changes: [{ tone: "ready", text: "acme is Ready: 2 nodes, 2 resources", seconds: 1.26 }],
    seconds: 2.04,
    readyAfter: undefined,
    requests: 81,
    turn: 0,
    size: { width: 79, height: 30 },
    ...changed,
  };
}

const text = (changed: Partial<ViewInput> = {}) => demoView(input(changed)).map((line) => paint(line, false));

Deno.test("a frame shows rows, their nodes and resources, and what happened last", () => {
  assert.deepEqual(text(), [
    "  2 rows → 3/4 nodes → 3/4 resources   on the way · 2.0 s · 81 requests",
    "",
    "  ● acme         pro         ━━━━━━━━━━ 2/2",
    "      ✓ data ✓ deploy",
    "      ✓ web  ✓ deploy",
    "",
    "  ◐ globex       enterprise  ━━━━━───── 1/2",
    "      ✓ data ✓ deploy",
    "      ◐ web  ◐ deploy     0 of 4 pods ready",
    "",
    "     1.3 s  ✓ acme is Ready: 2 nodes, 2 resources",
  ]);
});

Deno.test("a low terminal gets a line a tenant, a lower one those that still move", () => {
  const { state } = input();
  const four = {
    ...state,
    tenants: [
      tenant("a", state.tenants[0]?.nodes ?? []),
      tenant("b", state.tenants[0]?.nodes ?? []),
      ...state.tenants,
    ],
  };
  assert.deepEqual(text({ state: four, size: { width: 79, height: 8 } }).slice(2, 6), [
    "  ● a            pro         ━━━━━━━━━━ 2/2     ✓ data  ✓ web",
    "  ● b            pro         ━━━━━━━━━━ 2/2     ✓ data  ✓ web",
    "  ● acme         pro         ━━━━━━━━━━ 2/2     ✓ data  ✓ web",
    "  ◐ globex       enterprise  ━━━━━───── 1/2     ✓ data  ◐ web  0 of 4 pods rea…",
  ]);
  assert.deepEqual(text({ state: four, size: { width: 79, height: 6 } }).slice(2, 4), [
    "  ◐ globex       enterprise  ━━━━━───── 1/2     ✓ data  ◐ web  0 of 4 pods rea…",
    "  … and 3 more, 3 of them Ready",
  ]);
});

Deno.test("what the hub can't do is told in the first line", () => {
  const state = { ...input().state, hubProblem: "ConnectionFailed: no such file" };
  assert.match(text({ state })[0] ?? "", /✗ ConnectionFailed: no such file/);
});

Deno.test("no frame is wider or higher than its terminal, whatever the rows hold", () => {
  fc.assert(fc.property(
    fc.integer({ min: 20, max: 200 }),
    fc.integer({ min: 4, max: 60 }),
    fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.nat({ max: 6 })), { maxLength: 40 }),
    (width, height, rows) => {
      const tenants = rows.map(([uid, count]) =>
        tenant(uid, Array.from({ length: count }, (_, n) => demoNode(`${uid}-${n}`, { message: uid })), uid)
      );
      const frame = demoView(
        input({ state: { tenants, forms: ["data"], hubProblem: "" }, size: { width, height } }),
      );
      assert.ok(frame.length <= height);
      for (const line of frame) assert.ok(widthOf(line) <= width);
      assert.equal(/[\p{Cc}\p{Zl}]/u.test(frame.map((line) => paint(line, false)).join("")), false);
    },
  ));
});

Deno.test("text is cut and filled to its width", () => {
  assert.equal(fit("enterprise", 6), "enter…");
  assert.equal(fit("pro", 6), "pro   ");
  assert.equal(fit("\x1b[2J名前", 8), "·[2J··  ");
  assert.equal(paint(clip([span("rows"), span(" → nodes", "dim")], 8), false), "rows → …");
  assert.equal(rowsOf([[], [span("x".repeat(81))]], 80), 3);
});

Deno.test("colours and places are written on a terminal only, and not with NO_COLOR or TERM=dumb", () => {
  const written = (terminal: boolean, env: Record<string, string>) => {
    const parts: string[] = [];
    const screen = demoScreen({
      isTerminal: terminal,
      env: (name) => env[name],
      write: (part) => parts.push(part),
      consoleSize: () => ({ columns: 80, rows: 24 }),
    });
    screen.draw([[span("one", "good")], [span("two")]]);
    screen.draw([[span("three", "good")]]);
    screen.close([]);
    return parts.join("");
  };
  assert.equal(
    written(true, {}),
    "\x1b[?2026h\x1b[?25l\x1b[32mone\x1b[0m\x1b[K\ntwo\x1b[K\n\x1b[J\x1b[?2026l" +
      "\x1b[?2026h\x1b[?25l\x1b[2F\x1b[32mthree\x1b[0m\x1b[K\n\x1b[J\x1b[?2026l\r\x1b[?25h",
  );
  for (
    const plain of [written(false, {}), written(true, { NO_COLOR: "1" }), written(true, { TERM: "dumb" })]
  ) {
    assert.equal(plain, "");
  }
});
