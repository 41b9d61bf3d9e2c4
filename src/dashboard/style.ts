/** The page's only style sheet. Light and dark by the reader's preference; no font or picture from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #fff; --ink: #16191f; --soft: #5b6472; --line: #dfe3e9; --accent: #2457d6;
  --ready: #14733b; --ready-bg: #dff5e6; --failed: #b3201f; --failed-bg: #fde4e2;
  --progressing: #8a5300; --progressing-bg: #fdf0d3; --other: #4c5564; --other-bg: #e8ebf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1216; --card: #171b21; --ink: #e9ecf1; --soft: #9aa5b4; --line: #2a313b; --accent: #8fb1ff;
    --ready: #6bdc93; --ready-bg: #12301e; --failed: #ff9b94; --failed-bg: #401a19;
    --progressing: #f5c264; --progressing-bg: #382809; --other: #b4bdca; --other-bg: #272e38;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px;
}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.75rem; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; align-items: baseline; gap: 0.9rem; padding-top: 1.1rem; padding-bottom: 0.4rem; }
header a { color: inherit; text-decoration: none; font-weight: 650; font-size: 1.15rem; letter-spacing: -0.01em; }
header span { color: var(--soft); }
footer { color: var(--soft); font-size: 0.85rem; padding-top: 1.5rem; padding-bottom: 2rem; }
h1 { font-size: 1.5rem; margin: 0.6rem 0 0.2rem; overflow-wrap: anywhere; letter-spacing: -0.01em; }
h2 { font-size: 1rem; margin: 1.9rem 0 0.6rem; }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
.soft { color: var(--soft); }
.small { font-size: 0.87rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; padding: 0; margin: 1rem 0 0; list-style: none; }
.tiles li { padding: 0.7rem 1rem; }
.tiles b { display: block; font-size: 1.55rem; line-height: 1.25; font-weight: 620; font-variant-numeric: tabular-nums; }
.tiles .Ready b { color: var(--ready); } .tiles .Failed b { color: var(--failed); } .tiles .Progressing b { color: var(--progressing); }
.parents { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: 0.75rem; margin: 0; padding: 0; list-style: none; }
.parents > li { padding: 0.8rem 1rem 0.85rem; min-width: 0; }
.line { display: flex; justify-content: space-between; align-items: baseline; gap: 0.75rem; }
.line > :first-child { min-width: 0; overflow-wrap: anywhere; }
.facts { margin: 0.1rem 0 0.55rem; }
.facts span + span::before { content: "\\00b7"; margin: 0 0.45em; }
.bar { display: block; width: 100%; height: 7px; border-radius: 4px; background: var(--other-bg); }
.bar .Ready { fill: var(--ready); } .bar .Failed { fill: var(--failed); }
.badge { display: inline-flex; align-items: center; gap: 0.4em; padding: 0.05rem 0.6rem; border-radius: 99px; font-size: 0.82rem;
  font-weight: 550; white-space: nowrap; color: var(--other); background: var(--other-bg); }
.badge::before { content: ""; width: 0.5em; height: 0.5em; border-radius: 50%; background: currentColor; }
.badge.Ready, .badge.True { color: var(--ready); background: var(--ready-bg); }
.badge.Failed, .badge.Conflicted, .badge.Degraded { color: var(--failed); background: var(--failed-bg); }
.badge.Progressing, .badge.Waiting { color: var(--progressing); background: var(--progressing-bg); }
.message { margin: 0.45rem 0 0; font-size: 0.88rem; overflow-wrap: anywhere; }
.filters { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; margin-bottom: 0.75rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0; padding: 0; list-style: none; }
.chips a { display: block; padding: 0.12rem 0.7rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card);
  color: var(--ink); text-decoration: none; font-size: 0.88rem; }
.chips a:hover { border-color: var(--accent); }
.chips a[aria-current] { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.chips b { font-weight: 550; opacity: 0.75; font-variant-numeric: tabular-nums; }
form { display: flex; gap: 0.4rem; }
input, button { font: inherit; font-size: 0.9rem; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.25rem 0.7rem; }
input { width: 15rem; max-width: 100%; } button { cursor: pointer; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th { text-align: left; font-weight: 550; font-size: 0.82rem; color: var(--soft); }
th, td { padding: 0.55rem 1rem; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
td.name { min-width: 12rem; overflow-wrap: anywhere; }
td.of { white-space: nowrap; } th.why { width: 45%; }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
td .message:first-child, td .message:only-child { margin-top: 0; }
.squares { display: flex; flex-wrap: wrap; gap: 3px; margin: 0.3rem 0 0.1rem; padding: 0; list-style: none; max-width: 15rem; }
.squares li { width: 12px; height: 12px; border-radius: 3px; background: var(--other); }
.squares .Ready { background: var(--ready); }
.squares .Failed, .squares .Conflicted { background: var(--failed); }
.squares .Progressing { background: var(--progressing); }
.squares .Waiting { background: none; border: 2px solid var(--progressing); }
.squares .Skipped, .squares .Deleting, .squares .Unknown { background: none; border: 2px solid var(--other); }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.pages { display: flex; justify-content: flex-end; gap: 1rem; margin: 0.75rem 0 0; }
.scope { margin: 0 0 1rem; padding: 0.8rem 1rem; }
.empty { padding: 1.6rem 1rem; text-align: center; color: var(--soft); }
.keyfacts { display: flex; flex-wrap: wrap; gap: 0.4rem 2rem; margin: 0.9rem 0 0; padding: 0.75rem 1rem; }
.keyfacts dt { font-size: 0.82rem; color: var(--soft); } .keyfacts dd { margin: 0; font-weight: 550; font-variant-numeric: tabular-nums; }
.notice { margin-top: 0.8rem; padding: 0.65rem 1rem; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); font-size: 0.85rem; margin-top: 0.5rem; }
dl.conditions { margin: 0.4rem 0 0; font-size: 0.86rem; } dl.conditions dd { margin: 0 0 0.35rem; overflow-wrap: anywhere; }
#stale { position: sticky; top: 0; background: var(--progressing-bg); color: var(--progressing); text-align: center; padding: 0.3rem; }
@media (max-width: 44rem) {
  .parents { grid-template-columns: 1fr; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody, tr, td { display: block; }
  tr { padding: 0.6rem 1rem; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td, td.of { padding: 0.12rem 0; border: 0; white-space: normal; }
  td:empty { display: none; }
  form.filters, .filters > span, input { width: 100%; }
  .filters > span { display: flex; gap: 0.4rem; }
}
`.trimStart();
