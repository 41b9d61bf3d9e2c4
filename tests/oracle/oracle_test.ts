import assert from "node:assert/strict";
import { decodeText, fromUint8Array } from "../../src/template/bytes.ts";
import { parseTemplate, TemplateError } from "../../src/template/mod.ts";

/** One line of the vector files: what Go makes of a template. */
interface Vector {
  readonly id: string;
  readonly group: string;
  readonly template: string;
  readonly vars: Record<string, unknown>;
  readonly output?: string;
  readonly outputB64?: string;
  readonly error?: string;
  readonly stage?: string;
  readonly line?: number;
  readonly pattern?: string;
}

async function readVectors(file: string): Promise<Vector[]> {
  const text = await Deno.readTextFile(new URL(file, import.meta.url));
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

type Outcome =
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "error"; readonly stage: string; readonly line: number; readonly message: string };

function outcomeOf(vector: Vector): Outcome {
  try {
    return { kind: "output", text: parseTemplate(vector.template, { name: "t" }).render(vector.vars) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { kind: "error", stage: error.stage, line: error.line, message: error.message };
  }
}

function expectedText(vector: Vector): string | undefined {
  if (vector.outputB64 === undefined) return vector.output;
  return decodeText(fromUint8Array(Uint8Array.fromBase64(vector.outputB64)));
}

/** Why the outcome is not what Go gives; undefined when it is. */
function mismatch(vector: Vector, outcome: Outcome): string | undefined {
  if (vector.error !== undefined) {
    const isSame = outcome.kind === "error" && outcome.stage === vector.stage && outcome.line === vector.line;
    return isSame ? undefined : `want ${vector.stage} error on line ${vector.line}: ${vector.error}`;
  }
  if (vector.pattern !== undefined) {
    const matches = outcome.kind === "output" && new RegExp(vector.pattern, "u").test(outcome.text);
    return matches ? undefined : `want a match of ${vector.pattern}`;
  }
  const text = expectedText(vector);
  return outcome.kind === "output" && outcome.text === text ? undefined : `want ${JSON.stringify(text)}`;
}

function runVectors(vectors: readonly Vector[]): string[] {
  const failures: string[] = [];
  const groups = new Map<string, { passed: number; failed: number }>();
  for (const vector of vectors) {
    const counts = groups.get(vector.group) ?? { passed: 0, failed: 0 };
    groups.set(vector.group, counts);
    const outcome = outcomeOf(vector);
    const wrong = mismatch(vector, outcome);
    if (wrong === undefined) counts.passed++;
    else {
      counts.failed++;
      const got = outcome.kind === "output" ? outcome.text : outcome.message;
      failures.push(
        `${vector.id}: ${JSON.stringify(vector.template)}\n  ${wrong}\n  got  ${JSON.stringify(got)}`,
      );
    }
  }
  for (const [group, { passed, failed }] of groups) report(`${group}: ${passed} passed, ${failed} failed`);
  return failures;
}

function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

for (const file of ["vectors-dev.jsonl", "shapes-dev.jsonl"]) {
  Deno.test(`templates give what Go gives: ${file}`, async () => {
    const vectors = await readVectors(file);
    const failures = runVectors(vectors);
    report(`${vectors.length - failures.length} passed, ${failures.length} failed`);
    assert.equal(failures.length, 0, failures.join("\n"));
  });
}
