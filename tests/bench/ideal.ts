import type { Stage } from "./stage.ts";

/** What the client that makes only the unavoidable writes reaches on this server. */
export interface IdealFigures {
  readonly perSecond: number;
  readonly cpuMsPerResource: number;
}

/** Runs the ideal client, in a process of its own, for so many nodes. */
export async function idealFigures(stage: Stage, nodes: number): Promise<IdealFigures> {
  const namespace = `ideal-${crypto.randomUUID().slice(0, 8)}`;
  await stage.makeNamespace(namespace);
  const caFile = await writeCa(stage.server.caPem);
  try {
    const script = new URL("./ideal_client.ts", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-net", "--allow-read", "--allow-env", script],
        ...[stage.server.url, caFile ?? "", "admin", namespace, String(nodes)],
      ],
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`the ideal client failed: ${text.decode(stderr).slice(-1000)}`);
    const [perSecond, cpuMsPerResource] = text.decode(stdout).trim().split(" ").map(Number);
    return { perSecond: perSecond ?? NaN, cpuMsPerResource: cpuMsPerResource ?? NaN };
  } finally {
    if (caFile !== undefined) await Deno.remove(caFile);
    await stage.objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace });
  }
}

async function writeCa(pem: string | undefined): Promise<string | undefined> {
  if (pem === undefined) return undefined;
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, pem);
  return file;
}
