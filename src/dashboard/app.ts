import { Eta } from "eta/core";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { nodePage } from "./node_page.ts";
import { parseNodeQuery } from "./node_query.ts";
import { overviewPage } from "./overview_page.ts";
import { REFRESH_SCRIPT } from "./refresh_script.ts";
import type { StatusPort } from "./state.ts";
import { STYLE } from "./style.ts";
import { VIEWS } from "./views.ts";

export interface DashboardOptions {
  readonly status: StatusPort;
  readonly now?: (() => Date) | undefined;
  /** How often an open page brings itself up to date; 5 unless told. */
  readonly refreshSeconds?: number | undefined;
}

/** The status page: `/` with hubs, forms and nodes, `/nodes/<namespace>/<name>` with one node. Only GET, only reads. */
export function dashboardApp(options: DashboardOptions): Hono {
  const now = options.now ?? (() => new Date());
  const render = renderer(options.refreshSeconds ?? 5);
  const app = new Hono();
  app.use(secureHeaders(HEADERS));
  app.use("/assets/*", etag());
  app.get("/assets/status.css", (context) => context.body(STYLE, 200, asset("text/css")));
  app.get("/assets/refresh.js", (context) => context.body(REFRESH_SCRIPT, 200, asset("text/javascript")));
  app.get("/", (context) => {
    const query = parseNodeQuery(new URL(context.req.url).searchParams);
    const page = overviewPage(options.status, query, now());
    return context.html(render("Lynq status", "@overview", page), 200, FRESH);
  });
  app.get("/nodes/:namespace/:name", (context) => {
    const { namespace, name } = context.req.param();
    const node = options.status.node(namespace, name);
    if (node === undefined) {
      const scope = options.status.scope?.();
      const what = scope === undefined
        ? `There is no LynqNode ${namespace}/${name}.`
        : `LynqNode ${namespace}/${name} is not known here. ${scope}`;
      return context.html(render("Not here - Lynq status", "@missing", { what }), 404, FRESH);
    }
    return context.html(render(`${name} - Lynq status`, "@node", nodePage(node, now())), 200, FRESH);
  });
  app.notFound((context) => {
    return context.html(
      render("Not here - Lynq status", "@missing", { what: "There is no such page." }),
      404,
      FRESH,
    );
  });
  return app;
}

const FRESH = { "cache-control": "no-store" };

const HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["data:"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // Served over plain HTTP on loopback: a promise of HTTPS would lock the reader out.
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
};

function asset(type: string): Record<string, string> {
  return { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" };
}

/** Renders a view inside the layout. Templates are compiled at their first use; no file is read. */
function renderer(refreshSeconds: number): (title: string, view: string, data: object) => string {
  const eta = new Eta({ autoEscape: true });
  for (const [name, template] of Object.entries(VIEWS)) eta.loadTemplate(name, template);
  return (title, view, data) => {
    return eta.render("@layout", { title, refreshSeconds, body: eta.render(view, data) });
  };
}
