/** A file that was read, `-` being standard input. */
export interface InputFile {
  readonly name: string;
  readonly text: string;
}

/** A file that can't be read or written, in words for who named it. */
export class FileProblem extends Error {
  override readonly name = "FileProblem";
}

export async function readInput(name: string): Promise<InputFile> {
  if (name === "-") return { name: "stdin", text: await new Response(Deno.stdin.readable).text() };
  try {
    return { name, text: await Deno.readTextFile(name) };
  } catch (error) {
    throw fileProblem(name, error);
  }
}

export async function writeFile(name: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(name, text);
  } catch (error) {
    throw fileProblem(name, error);
  }
}

function fileProblem(name: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new FileProblem(`${name}: no such file`, { cause: error });
  }
  if (error instanceof Deno.errors.NotCapable) {
    const message =
      `${name}: this process may not touch it; start Deno with --allow-read (and --allow-write for fmt)`;
    return new FileProblem(message, { cause: error });
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new FileProblem(`${name}: permission denied`, { cause: error });
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new FileProblem(`${name}: is a folder; name its files with -f`, { cause: error });
  }
  return error;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...before ?? [], value];
}

/** Runs a command's work; a file that can't be read becomes one line on standard error and exit code 1. */
export async function exitCode(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    console.error(error.message);
    return 1;
  }
}
