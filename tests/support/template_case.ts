/** Tests of templates as tables. */
import assert from "node:assert/strict";
import { TemplateError } from "../../src/template/error.ts";
import { parseTemplate } from "../../src/template/template.ts";

/** A template without data, and what it prints or how it fails; `fails` is the start of the message. */
export type TemplateCase =
  | { readonly template: string; readonly gives: string }
  | { readonly template: string; readonly fails: string };

/** Registers a test that renders every template, named `t` as in Go's error texts. */
export function checkTemplates(name: string, cases: readonly TemplateCase[]): void {
  Deno.test(name, async (t) => {
    for (const one of cases) {
      await t.step(one.template, () => {
        const render = () => parseTemplate(one.template, { name: "t" }).render({});
        if ("gives" in one) return assert.equal(render(), one.gives);
        assert.throws(render, (error) => {
          assert.ok(error instanceof TemplateError);
          assert.equal(error.message.slice(0, one.fails.length), one.fails);
          return true;
        });
      });
    }
  });
}
