/**
 * Go's text/template with Sprig 3, exactly: texts in, texts (or typed fields) out. Templates are evaluated over their
 * syntax tree within budgets, and reach nothing but their data, a clock and a random source.
 */
export { defaultLimits, type Limits } from "./budget.ts";
export { TemplateError } from "./error.ts";
export type { CallContext, Impurity, JsonValue } from "./function.ts";
export { DSA, ECDSA, type KeyKind, pemOf, RSA_BITS } from "./private_key.ts";
export {
  type ParseOptions,
  parseTemplate,
  type RenderedValue,
  type RenderOptions,
  type Template,
  type TemplateData,
} from "./template.ts";

import { decodeText, encodeText } from "./bytes.ts";
import { toHost } from "./field_functions.ts";
import { parseTemplate, type RenderedValue, type RenderOptions, type TemplateData } from "./template.ts";

/** The text that a template makes of its data. Throws TemplateError. */
export function render(template: string, data: TemplateData): string {
  return parseTemplate(template).render(data);
}

/**
 * The value that a template makes of its data: a number or boolean if all it prints comes from one `int`, `float` or
 * `bool`, a structure if from `asValue`, otherwise the text. Throws TemplateError.
 */
export function renderValue(template: string, data: TemplateData, options?: RenderOptions): RenderedValue {
  return parseTemplate(template).renderValue(data, options);
}

/** What the template function `toHost` makes of a text. */
export function hostOf(text: string): string {
  return decodeText(toHost(encodeText(text)));
}
