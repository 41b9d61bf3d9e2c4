/** A list of which tests read the first item. */
type Some<T> = readonly [T, ...T[]];

/**
 * The fields that tests read of an API server's JSON answers. Each answer has some of them; an assertion that reads an
 * absent one fails when the test runs.
 */
export interface AnswerBody {
  readonly kind: string;
  readonly apiVersion: string;
  readonly type: string;
  readonly metadata: AnswerMetadata;
  readonly spec: AnswerSpec;
  readonly status: AnswerStatus;
  readonly data: Readonly<Record<string, string>>;
  readonly stringData: unknown;
  readonly dat: unknown;
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly involvedObject: { readonly name: string };
  readonly details: {
    readonly name: string;
    readonly causes: Some<{ readonly reason: string; readonly message: string; readonly field: string }>;
  };
  readonly items: Some<AnswerBody>;
  readonly object: AnswerBody;
  readonly columnDefinitions: readonly {
    readonly name: string;
    readonly type: string;
    readonly priority: number;
  }[];
  readonly rows: Some<{ readonly cells: readonly unknown[]; readonly object: AnswerBody }>;
  readonly resources: readonly AnswerResource[];
  readonly versions: Some<{ readonly resources: readonly AnswerResource[] }>;
  readonly major: string;
  readonly endpoints: readonly unknown[];
}

export interface AnswerMetadata {
  readonly name: string;
  readonly generateName: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp: string | undefined;
  readonly deletionGracePeriodSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly ownerReferences: readonly unknown[];
  readonly managedFields: readonly { readonly manager: string }[];
  readonly continue: string;
  readonly remainingItemCount: number;
}

export interface AnswerContainer {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
}

/** A spec: the named fields, and whatever else is compared whole. */
export interface AnswerSpec {
  readonly template: {
    readonly spec: {
      readonly containers: Some<AnswerContainer>;
      readonly restartPolicy: string;
    };
  };
  readonly replicas: number;
  readonly clusterIP: string;
  readonly volumeName: string;
  readonly metrics: readonly [
    { readonly resource: { readonly target: { readonly averageUtilization: number } } },
  ];
  readonly type: unknown;
  readonly strategy: unknown;
  readonly ports: unknown;
  readonly clusterIPs: unknown;
  readonly sessionAffinity: unknown;
  readonly ipFamilies: unknown;
  readonly ipFamilyPolicy: unknown;
  readonly internalTrafficPolicy: unknown;
  readonly progressDeadlineSeconds: unknown;
  readonly revisionHistoryLimit: unknown;
  readonly minReadySeconds: unknown;
  readonly storageClassName: unknown;
  readonly items: unknown;
  readonly max: unknown;
}

export interface AnswerCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

export interface AnswerStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly updatedReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly numberAvailable: number;
  readonly desiredNumberScheduled: number;
  readonly disruptionsAllowed: number;
  readonly collisionCount: number;
  readonly succeeded: number;
  readonly completionTime: string | undefined;
  readonly phase: string;
  readonly capacity: { readonly storage: string };
  readonly selector: string;
  readonly ready: unknown;
  readonly allowed: boolean;
  readonly conditions: readonly AnswerCondition[] | undefined;
  readonly containerStatuses:
    | readonly {
      readonly state: { readonly waiting: { readonly reason: string } | undefined };
    }[]
    | undefined;
  readonly loadBalancer: { readonly ingress: readonly [{ readonly ip: string }] | undefined };
}

export interface AnswerResource {
  readonly name: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
  readonly responseKind: { readonly kind: string };
  readonly scope: string;
  readonly subresources: readonly { readonly subresource: string }[];
}
