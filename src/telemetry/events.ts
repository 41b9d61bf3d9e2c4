/** The object that an event is about. Without namespace the event is kept in "default", as Kubernetes does. */
export interface EventRegarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid: string;
}

export interface EventInput {
  readonly regarding: EventRegarding;
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase, from the operator's closed list. */
  readonly reason: string;
  /** Cut at 1024 bytes; credentials inside are replaced. */
  readonly message: string;
  /** Many Normal events of one reason are told on this object instead, which stands for all that they are about. */
  readonly group?: EventRegarding | undefined;
  /** The LynqForm of the node that it is about, by name: its `group` where it is known. */
  readonly form?: string | undefined;
  /** Who says it, "lynqnode-controller"; the writer's own name when unset. */
  readonly component?: string | undefined;
}

/** Where reconcilers tell users what happened. Returns at once, never throws: an event lost is no reconcile lost. */
export interface EventRecorder {
  record(event: EventInput): void;
}
