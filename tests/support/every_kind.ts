const POD = `
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec: {containers: [{name: app, image: "nginx:1"}]}`;
const SELECTED = `selector: {matchLabels: {app: "{{ .uid }}"}}`;

/** Arrays of a form: one object of every kind that the shipped role names, some by the other two patch strategies. */
export const EVERY_KIND = `
  namespaces:
  - {id: home, nameTemplate: "{{ .uid }}-rbac-home", spec: {apiVersion: v1, kind: Namespace}}
  serviceAccounts:
  - {id: account, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ServiceAccount}}
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  - {id: merged, nameTemplate: "{{ .uid }}-merged", patchStrategy: merge,
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  - {id: replaced, nameTemplate: "{{ .uid }}-replaced", patchStrategy: replace,
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  - {id: retained, nameTemplate: "{{ .uid }}-retained", deletionPolicy: Retain,
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  secrets:
  - {id: secret, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: Secret, stringData: {plan: "{{ .plan }}"}}}
  services:
  - {id: service, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: Service, spec: {ports: [{port: 80}]}}}
  persistentVolumeClaims:
  - id: disk
    nameTemplate: "{{ .uid }}"
    waitForReady: false
    spec:
      apiVersion: v1
      kind: PersistentVolumeClaim
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  deployments:
  - id: deployment
    nameTemplate: "{{ .uid }}"
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        ${SELECTED}${POD}
  statefulSets:
  - id: stateful
    nameTemplate: "{{ .uid }}"
    spec:
      apiVersion: apps/v1
      kind: StatefulSet
      spec:
        serviceName: "{{ .uid }}"
        ${SELECTED}${POD}
  daemonSets:
  - id: daemon
    nameTemplate: "{{ .uid }}"
    spec:
      apiVersion: apps/v1
      kind: DaemonSet
      spec:
        ${SELECTED}${POD}
  jobs:
  - id: job
    nameTemplate: "{{ .uid }}"
    waitForReady: false
    spec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: "nginx:1"}]}}}
  cronJobs:
  - id: cron
    nameTemplate: "{{ .uid }}"
    spec:
      apiVersion: batch/v1
      kind: CronJob
      spec:
        schedule: "0 0 1 1 *"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: "nginx:1"}]}}}}
  ingresses:
  - id: ingress
    nameTemplate: "{{ .uid }}"
    waitForReady: false
    spec:
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      spec: {defaultBackend: {service: {name: "{{ .uid }}", port: {number: 80}}}}
  networkPolicies:
  - {id: policy, nameTemplate: "{{ .uid }}",
     spec: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {}}}}
  podDisruptionBudgets:
  - id: budget
    nameTemplate: "{{ .uid }}"
    waitForReady: false
    spec: {apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {maxUnavailable: 1, ${SELECTED}}}
  horizontalPodAutoscalers:
  - id: scaler
    nameTemplate: "{{ .uid }}"
    waitForReady: false
    spec:
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: "{{ .uid }}"}}
  manifests:
  - {id: quota, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ResourceQuota, spec: {hard: {pods: "9"}}}}
`;

/** The namespaced ones of them, each named by the row. */
export const CHILD_KINDS = [
  ["v1", "ServiceAccount"],
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["v1", "PersistentVolumeClaim"],
  ["v1", "ResourceQuota"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["networking.k8s.io/v1", "Ingress"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["policy/v1", "PodDisruptionBudget"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
] as const;
