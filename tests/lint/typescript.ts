/** The TypeScript compiler as a library, the version that Deno 2.9 carries. House rules read the syntax tree with it. */
// deno-lint-ignore no-import-prefix no-external-import
export { default as ts } from "npm:typescript@6.0.3";
