/** What the operator is started with, after flags were read. */
export interface OperatorOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly hubConcurrency: number;
  readonly formConcurrency: number;
  readonly nodeConcurrency: number;
  /** Writes under way at once at most, over all kinds. */
  readonly writeConcurrency: number;
  /** Requests a second to the API server; 0 is no limit of its own. */
  readonly kubeApiQps: number;
  /** Requests at once after a pause; 0 is twice the rate. */
  readonly kubeApiBurst: number;
  readonly metricsBindAddress: string;
  readonly metricsSecure: boolean;
  readonly metricsCertPath: string;
  readonly metricsCertName: string;
  readonly metricsCertKey: string;
  readonly healthProbeBindAddress: string;
  readonly dashboardBindAddress: string;
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace: string | undefined;
  /** In seconds; a Lease lives for its duration, its holder gives up after the deadline without renewal. */
  readonly leaderElectLeaseDuration: number;
  readonly leaderElectRenewDeadline: number;
  readonly leaderElectRetryPeriod: number;
  /** How many parts of the nodes the replicas share among them. */
  readonly shards: number;
  /** The only namespaces that are watched and worked in; undefined where they are all. */
  readonly namespaces: readonly string[] | undefined;
  /** Where resources may be, as names and patterns; undefined for all but Kubernetes' own namespaces. */
  readonly targetNamespaces: readonly string[] | undefined;
  /** The ServiceAccount of nodes that name none, in each one's namespace; undefined for the operator's own account. */
  readonly defaultServiceAccount: string | undefined;
  /** `host` or `host:port` of the databases that hubs may read; "*" is any that is not of this machine. */
  readonly sourceHosts: readonly string[];
  /** Folders and files that SQLite hubs may read. */
  readonly sourcePaths: readonly string[];
  readonly zapDevel: boolean;
  readonly zapEncoder: string | undefined;
  readonly zapLogLevel: string | undefined;
  readonly zapStacktraceLevel: string | undefined;
  readonly zapTimeEncoding: string | undefined;
}
