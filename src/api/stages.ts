import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Givens } from "./givens.ts";
import type { Resource } from "./resource.ts";
import type { ObjectKey } from "./resource_key.ts";

/** Template variables of one node: text by name, in an object without prototype. */
export type Variables = Readonly<Record<string, string>>;

/** The node that children belong to. */
export interface NodeIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A resource whose templates have run: the object as its author wants it, without the operator's own metadata. */
export interface RenderedResource {
  readonly kind: "rendered";
  readonly id: string;
  readonly policy: Resource;
  readonly object: KubeObject;
  /** The rendered target namespace; the node's own where the form names none. */
  readonly namespace: string;
  readonly name: string;
  /** Hash over everything that was rendered from: form entry and the variables that it reads. */
  readonly inputs: string;
  readonly givens?: Givens;
  /** Set where sensitive values are in it: the key that hashes of it are made with, in base64. */
  readonly sealing?: string;
}

/** A resource whose templates failed. `field` is the path of the template, `nameTemplate` or `spec.data.host`. */
export interface UnrenderedResource {
  readonly kind: "unrendered";
  readonly id: string;
  readonly policy: Resource;
  readonly field: string;
  readonly message: string;
}

/** A resource of a kind that the API server serves: ready to be compared and applied. */
export interface DesiredObject {
  readonly id: string;
  readonly policy: Resource;
  readonly type: ResourceType;
  readonly key: ObjectKey;
  /** The whole object to apply, the operator's metadata included. */
  readonly object: KubeObject;
  /** Hash of `object`. */
  readonly hash: string;
  readonly inputs: string;
  readonly givens?: Givens;
  /** Set where sensitive values are in it: the key of its hash, in base64. Nobody is told what a server says of it. */
  readonly sealing?: string;
  /** Who applies it, as managedFields say it. */
  readonly manager: string;
  /** Other nodes may declare the object too; only one of them applies the tracking labels. */
  readonly shared: boolean;
}

/** How far an object has come, told from its own status. */
export type Readiness =
  | {
    readonly kind: "ready";
    /** Nothing was reported yet: a custom resource whose controller may only be about to begin. */
    readonly unreported?: true;
  }
  | {
    readonly kind: "progressing";
    readonly message: string;
    /** Reason of the failure that this is when it lasts: it will hardly become ready by itself. */
    readonly deadEnd?: string;
    readonly clue?: ReadinessClue;
  }
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

/** Other objects that tell why an object is not ready, or that it need not be. */
export type ReadinessClue =
  /** The pods that it waits for, by a label selector in the text form of list requests. */
  | { readonly kind: "pods"; readonly selector: string }
  /** The class of a claim that has no volume yet; undefined is the default class. */
  | { readonly kind: "storageClass"; readonly name: string | undefined };

/** What the cache keeps of a child; never the object itself. */
export interface Child {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Values of the tracking labels. */
  readonly node: string;
  readonly nodeNamespace: string;
  /** Hash of our managedFields entry; undefined when we own no field. */
  readonly entry: string | undefined;
  /** By the rule of its kind. */
  readonly readiness: Readiness;
  /** By each `readyWhen` that is in force for it, by that text; absent where it was not seen whole since. */
  readonly judged?: ReadonlyMap<string, Readiness>;
  readonly deleting: boolean;
  readonly deletionPolicy: "Delete" | "Retain";
  /** It says of itself that it was created once. */
  readonly createdOnce: boolean;
  /** It is as the Go implementation wrote it. */
  readonly former?: true;
  /** Only of a shared object: the nodes that have a claim on it or own fields of it. */
  readonly claims?: readonly ChildClaim[];
}

/** One node's part in a shared object. */
export interface ChildClaim {
  /** UID of the LynqNode. */
  readonly uid: string;
  /** Namespace and name of the LynqNode; empty where its claim is missing. */
  readonly namespace: string;
  readonly name: string;
  readonly policy: "Delete" | "Retain";
  /** Hash of that node's managedFields entry. */
  readonly entry: string | undefined;
}

/** One write to a child. The sole input of the apply room. */
export type Action =
  | { readonly kind: "apply"; readonly desired: DesiredObject; readonly mode: ApplyMode }
  /** The fields that the Go implementation owns become ours; no value changes. */
  | { readonly kind: "inherit"; readonly desired: DesiredObject }
  | {
    readonly kind: "delete";
    readonly target: ChildTarget;
    /** Foreground: gone only when its own dependents are. Background unless told. */
    readonly propagation?: "Background" | "Foreground";
  }
  | {
    readonly kind: "orphan";
    readonly target: ChildTarget;
    readonly reason: "RemovedFromTemplate" | "LynqNodeDeleted";
  }
  /** The fields of one manager are given up; those that nobody else owns go. */
  | { readonly kind: "release"; readonly target: ChildTarget; readonly manager: string }
  /** Says on a shared object that whoever is the last to let go of it leaves it behind. */
  | { readonly kind: "keep"; readonly target: ChildTarget };

/**
 * How an object is written.
 * create: only if it does not exist. update: our fields changed, others' fields are not touched. repair: our fields as
 * they were, over whoever changed them. take: all that is rendered, over whoever has it now. adopt: as take, and the
 * orphan markers go. relabel: the orphan markers go and the tracking labels come, the content stays. join: our fields
 * beside those of other nodes, never over them.
 */
export type ApplyMode = "create" | "update" | "repair" | "take" | "adopt" | "relabel" | "join";

/** A child that is to go, and the UID that it must still have. */
export interface ChildTarget {
  readonly type: ResourceType;
  readonly key: ObjectKey;
  readonly uid: string;
  /** The version that it must still have too, where that matters; else the outcome is `Changed`. */
  readonly resourceVersion?: string | undefined;
}

/** A field that somebody else manages. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

/** What came of an action. */
export type Outcome =
  | { readonly kind: "applied"; readonly object: KubeObject; readonly created: boolean }
  /** A create met an object of that name; nothing was written. */
  | { readonly kind: "exists" }
  | { readonly kind: "conflict"; readonly conflicts: readonly FieldConflict[]; readonly message: string }
  | {
    readonly kind: "rejected";
    readonly code: RejectionCode;
    readonly message: string;
    /** The fields that the server names. */
    readonly fields?: readonly string[];
  }
  /** Deletion was accepted; finalizers or a grace time hold the object. */
  | { readonly kind: "deleting" }
  /** Confirmed: no object of that UID exists. */
  | { readonly kind: "gone" }
  /** Marked as an orphan. */
  | { readonly kind: "orphaned" }
  /** A manager's fields were given up; this is what is left. */
  | { readonly kind: "released"; readonly object: KubeObject };

/** Why a write was refused. */
export type RejectionCode =
  | "Invalid"
  | "Forbidden"
  | "NamespaceTerminating"
  | "NotFound"
  | "Changed"
  | "Throttled"
  | "ServerError"
  | "Unreachable"
  | "Rejected";
