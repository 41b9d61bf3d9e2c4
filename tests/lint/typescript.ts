/** The TypeScript compiler as a library, the version that Deno 2.9 carries. House rules read the syntax tree with it. */
export { default as ts } from "typescript";
