import { type Command, InvalidArgumentError } from "commander";

/** `lynq demo`: the whole path in one process; `lynq demo sql` changes its rows from another terminal. */
export function addDemoCommand(program: Command): void {
  const demo = program.command("demo")
    .description("the whole path in one process: rows in SQLite, the operator, an API server")
    .option("--once", "end with exit code 0 when every node is Ready, with 1 when --timeout is over", false)
    .option("--timeout <seconds>", "how long --once waits", wholeNumber(1), 120)
    .option("--rows <n>", "rows beside the sample's three", wholeNumber(0), 0)
    .option("--port <port>", "where the API server listens on 127.0.0.1; 0 is a free one", wholeNumber(0), 0)
    .option("--dashboard-port <port>", "where the status page is; 0 is a free one", wholeNumber(0), 0)
    .action(async (options) => {
      const { runDemo } = await import("./demo_run.ts");
      Deno.exit(await runDemo(options));
    });
  demo.command("sql <statement>")
    .description("run SQL on the database of the running demo")
    .option("--folder <path>", "folder of the demo, where several run")
    .action(async (statement: string, options: { folder?: string }) => {
      const { runDemoSql } = await import("./demo_sql.ts");
      Deno.exit(await runDemoSql(statement, options.folder));
    });
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < least || n > 65535) {
      throw new InvalidArgumentError(`takes a whole number from ${least} to 65535`);
    }
    return n;
  };
}
