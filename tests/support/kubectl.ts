import { startSandbox } from "../../src/sandbox/mod.ts";

export interface KubectlRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real kubectl against a sandbox of its own. */
export interface Kubectl {
  run(args: readonly string[], input?: string): Promise<KubectlRun>;
  /** As `run`; throws with what kubectl said where it fails. */
  must(args: readonly string[], input?: string): Promise<string>;
  /** Like `must`, with an editor that is this shell command. */
  edit(args: readonly string[], editor: string): Promise<string>;
}

/** Why kubectl can't be driven here, or undefined. In CI its absence is an error. */
export async function kubectlMissing(): Promise<string | undefined> {
  try {
    await new Deno.Command("kubectl", { args: ["version", "--client"], stdout: "null", stderr: "null" })
      .output();
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (Deno.env.get("CI") === "true") throw new Error("kubectl is not on PATH", { cause: error });
    return "kubectl is not on PATH";
  }
}

/** Starts a sandbox, gives it to `test` through kubectl, and takes everything away again. */
export async function withKubectl(test: (kubectl: Kubectl) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ workloadDelayMs: 50 });
  const directory = await Deno.makeTempDir({ prefix: "kubectl-" });
  try {
    const config = `${directory}/kubeconfig`;
    await Deno.writeTextFile(config, sandbox.kubeconfig());
    const environment = { KUBECONFIG: config, HOME: directory, KUBECACHEDIR: `${directory}/cache` };
    await test(kubectlOf(environment));
  } finally {
    await sandbox.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

function kubectlOf(environment: Record<string, string>): Kubectl {
  const run = (args: readonly string[], input = "", more: Record<string, string> = {}) =>
    kubectl(args, { input, env: { ...environment, ...more } });
  const checked = async (args: readonly string[], input?: string, more?: Record<string, string>) => {
    const { code, out, err } = await run(args, input, more);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${err}${out}`);
    return out;
  };
  return {
    run: (args, input) => run(args, input),
    must: (args, input) => checked(args, input),
    edit: (args, editor) => checked(args, "", { KUBE_EDITOR: editor }),
  };
}

/** One call of kubectl to its end, with this text for it to read. */
export async function kubectl(
  args: readonly string[],
  { input = "", env = {} }: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const child = new Deno.Command("kubectl", {
    args: [...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
