import { type Line, span } from "./demo_line.ts";

export interface GuideInput {
  /** How this program was started: `deno task demo`. */
  readonly command: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly dashboardUrl: string | undefined;
}

/** What to try next in another terminal. Commands begin in the first column and hold nothing else, ready to paste. */
export function demoGuide({ command, kubeconfig, server, dashboardUrl }: GuideInput): Line[] {
  const title = (text: string): Line => [span(`# ${text}`, "dim")];
  const run = (text: string): Line => [span(text, "row")];
  const page = dashboardUrl === undefined ? "" : `Status page ${dashboardUrl} · `;
  return [
    [],
    [span("Try next, in another terminal, in this folder", "bold")],
    run(`export KUBECONFIG=${kubeconfig}`),
    run("kubectl get lynqhubs,lynqforms,lynqnodes -n lynq-system"),
    run("kubectl get all,ingress,pvc -n node-acme"),
    run("kubectl get deployments -A -w"),
    title("change a row, and the cluster follows"),
    run(`${command} sql "UPDATE customers SET plan='enterprise' WHERE id='sprout'"`),
    run(`${command} sql "INSERT INTO customers(id,domain) VALUES('nova','nova.dev')"`),
    run(`${command} sql "DELETE FROM customers WHERE id='globex'"`),
    title("break something, and it is repaired; the last one needs no kubectl"),
    run("kubectl scale deployment/acme-web -n node-acme --replicas=0"),
    run("kubectl delete deployment/acme-api -n node-acme"),
    run(`curl -X DELETE ${server}/apis/apps/v1/namespaces/node-acme/deployments/acme-worker`),
    [span(`${page}Ctrl-C ends it and leaves nothing behind`, "dim")],
    [],
  ];
}

/** The command to print: `npx` has no `deno` on the PATH of the next terminal. */
export function demoCommand(env: (name: string) => string | undefined, version: string): string {
  return env("npm_command") === "exec" ? `npx -y deno@${version} task demo` : "deno task demo";
}
