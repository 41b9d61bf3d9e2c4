import { join } from "node:path";
import { compareText } from "../kube/compare_text.ts";

const PREFIX = "lynq-demo-";
const KUBECONFIG = "kubeconfig";
const DATABASE = "customers.sqlite";
const LOG = "operator.log";

/** Where demos put their folders: the only place that the demo's task may write to. */
const TEMPORARY = "/tmp";

/** The one folder that a demo writes to. */
export interface DemoFolder {
  readonly path: string;
  readonly kubeconfig: string;
  readonly database: string;
  readonly log: string;
}

export async function makeDemoFolder(): Promise<DemoFolder> {
  return demoFolder(await Deno.makeTempDir({ dir: TEMPORARY, prefix: PREFIX }));
}

export function demoFolder(path: string): DemoFolder {
  return { path, kubeconfig: join(path, KUBECONFIG), database: join(path, DATABASE), log: join(path, LOG) };
}

export async function removeDemoFolder(folder: DemoFolder): Promise<void> {
  await Deno.remove(folder.path, { recursive: true });
}

/** The folders of demos whose API server still answers; what a killed demo left behind is passed over. */
export async function runningDemos(): Promise<DemoFolder[]> {
  const found: DemoFolder[] = [];
  for await (const entry of Deno.readDir(TEMPORARY)) {
    if (!entry.isDirectory || !entry.name.startsWith(PREFIX)) continue;
    const folder = demoFolder(join(TEMPORARY, entry.name));
    if (await answers(folder)) found.push(folder);
  }
  return found.sort((a, b) => compareText(a.path, b.path));
}

async function answers(folder: DemoFolder): Promise<boolean> {
  try {
    const server = /^ *server: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(
      await Deno.readTextFile(folder.kubeconfig),
    );
    if (server?.[1] === undefined) return false;
    const response = await fetch(`${server[1]}/readyz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    // Somebody else's folder, one half made, or a port where nobody listens any more.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
