/**
 * Brings the page up to date in place: only regions whose text changed are exchanged, so nothing flickers and focus,
 * scrolling and opened details stay. Without JavaScript the page reloads itself.
 */
export const REFRESH_SCRIPT = `
"use strict";
const seconds = Number(document.documentElement.dataset.refresh);
const stale = document.getElementById("stale");

function exchange(region, next) {
  const open = new Set([...region.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const closed = region.cloneNode(true);
  for (const each of closed.querySelectorAll("details[open]")) each.removeAttribute("open");
  if (closed.innerHTML === next.innerHTML) return;
  region.replaceChildren(...next.childNodes);
  for (const each of region.querySelectorAll("details")) each.open = open.has(each.dataset.key);
  if (focused !== null) region.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(region.id);
      if (next !== null) exchange(region, next);
    }
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

async function run() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    await refresh();
  }
}
run();
`.trimStart();
