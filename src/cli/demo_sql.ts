import { runSql, type SqlAnswer } from "./demo_database.ts";
import { type DemoFolder, demoFolder, runningDemos } from "./demo_folder.ts";

/** Runs a statement on the rows of the running demo and prints what it gave; the exit code. */
export async function runDemoSql(statement: string, path: string | undefined): Promise<number> {
  const folder = path === undefined ? await onlyDemo() : demoFolder(path);
  if (typeof folder === "string") {
    console.error(`lynq demo sql: ${folder}`);
    return 1;
  }
  try {
    console.log(answerText(runSql(folder.database, statement)));
    return 0;
  } catch (error) {
    // node:sqlite has no class of its own for what SQLite says; the code of SQLite is on the error.
    if (!(error instanceof Error) || typeof Reflect.get(error, "errcode") !== "number") throw error;
    console.error(`lynq demo sql: ${folder.database}: ${error.message}`);
    return 1;
  }
}

/** The demo that runs, or why there is not one. */
async function onlyDemo(): Promise<DemoFolder | string> {
  const [first, ...others] = await runningDemos();
  if (first === undefined) return "no demo is running: start one with 'deno task demo' in another terminal";
  if (others.length === 0) return first;
  const paths = [first, ...others].map((folder) => folder.path).join(", ");
  return `several demos are running: name one with --folder, of ${paths}`;
}

/** Rows as columns of equal width, or how many rows were changed. */
export function answerText(answer: SqlAnswer): string {
  if (answer.kind === "changed") {
    return `${answer.rows} ${answer.rows === 1 ? "row" : "rows"} changed; the hub reads them within a second`;
  }
  const table = [[...answer.columns], ...answer.rows];
  const widths = answer.columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  return table.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ").trimEnd())
    .join("\n");
}
