/** How values become arguments: Go's assignability checks and the conversions of constants. */
import type { ConstantNode, OperandNode } from "./syntax.ts";
import { type GoType, isAssignable, isInteger, isNilable, isUnsigned } from "./go_type.ts";
import { idealValue } from "./constant.ts";
import type { Run } from "./run.ts";
import { showNode } from "./syntax.ts";
import { GoComplex, GoInt, typeOf, type Value, zeroValue } from "./value.ts";

/** The parameter type of builtins that look at the value itself: takes anything, and nil as undefined. */
export const reflectValue: GoType<Value | undefined> = { name: "reflect.Value", kind: "struct" };

function takesNil(type: GoType): boolean {
  return isNilable(type) || type.name === reflectValue.name;
}

function nilOf(type: GoType): Value | undefined {
  return type.name === reflectValue.name ? undefined : zeroValue(type);
}

/** Checks that a value fits a parameter; undefined is Go's "no value", null a nil interface. */
export function validate(run: Run, value: Value | undefined, type: GoType): Value | undefined {
  if (value === undefined) {
    if (takesNil(type)) return nilOf(type);
    throw run.error(`invalid value; expected ${type.name}`);
  }
  if (type.kind === "interface" || type.name === reflectValue.name) return value;
  const actual = typeOf(value);
  if (actual !== undefined && isAssignable(actual, type)) return value;
  if (actual?.kind === "ptr" && actual.elem !== undefined && isAssignable(actual.elem, type)) return value;
  throw run.error(`wrong type for value; expected ${type.name}; got ${actual?.name ?? "interface {}"}`);
}

/** The literal nodes: what is neither a path, a call, a pipeline nor dot. */
export type LiteralNode = Extract<OperandNode, { kind: "bool" | "number" | "string" }>;

/** `nil` as an argument. */
export function nilArgument(run: Run, type: GoType | undefined): Value | undefined {
  if (type === undefined || takesNil(type)) return type === undefined ? undefined : nilOf(type);
  throw run.error(`cannot assign nil to ${type.name}`);
}

/** A literal as an argument: the parameter's type decides what it is. */
export function literalArgument(run: Run, node: LiteralNode, type: GoType): Value | undefined {
  const { kind } = type;
  if (kind === "interface" || type.name === reflectValue.name) return idealLiteral(run, node);
  if (kind === "bool") return node.kind === "bool" ? node.value : expected(run, "bool", node);
  if (kind === "string") return node.kind === "string" ? node.text : expected(run, "string", node);
  if (isInteger(kind)) return integerArgument(run, node, type as GoType<GoInt>);
  if (kind === "float64" || kind === "complex128") return realArgument(run, node, kind);
  throw run.error(`can't handle ${showNode(node)} for arg of type ${type.name}`);
}

function expected(run: Run, what: string, node: LiteralNode): never {
  throw run.error(`expected ${what}; found ${showNode(node)}`);
}

function integerArgument(run: Run, node: LiteralNode, type: GoType<GoInt>): GoInt {
  const isUnsignedType = isUnsigned(type.kind);
  const constant = node.kind === "number" ? node.constant : undefined;
  const found = isUnsignedType ? constant?.uint : constant?.int;
  return found === undefined
    ? expected(run, isUnsignedType ? "unsigned integer" : "integer", node)
    : new GoInt(found.value, type);
}

function realArgument(run: Run, node: LiteralNode, kind: "float64" | "complex128"): Value {
  const constant = node.kind === "number" ? node.constant : undefined;
  if (kind === "float64") return constant?.float ?? expected(run, "float", node);
  const { complex } = constant ?? {};
  return complex instanceof GoComplex ? complex : expected(run, "complex", node);
}

/** A literal where no type is asked for. */
export function idealLiteral(run: Run, node: LiteralNode): Value {
  if (node.kind === "bool") return node.value;
  if (node.kind === "string") return node.text;
  const ideal = idealValue(node.constant);
  if (ideal.kind === "overflow") {
    run.node = node;
    throw run.error(`${node.constant.text} overflows int`);
  }
  return ideal.value;
}

export function isLiteral(node: OperandNode): node is LiteralNode {
  return node.kind === "bool" || node.kind === "number" || node.kind === "string";
}

export function isNilNode(node: OperandNode): node is ConstantNode {
  return node.kind === "nil";
}
