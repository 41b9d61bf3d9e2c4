import type { ApiScenario } from "./scenario.ts";

const LEASE_SECONDS = 12;

/** What may happen to the one that leads; another takes its place. */
export const LEADER_SCENARIOS: readonly ApiScenario[] = (["update", "rename", "delete"] as const).map((
  workload,
) => ({
  name: `the leader is cut off for longer than its Lease, with writes on their way: ${workload}`,
  group: "leader",
  workload,
  at: "work",
  inject: [
    // They arrive when another one leads, and has done the work.
    { on: { writes: true, path: /^(?!.*\/leases)/ }, do: { kind: "delay", ms: 25_000 }, times: 2 },
    { on: {}, do: { kind: "hang" } },
  ],
  endsItself: true,
  flags: [
    "--leader-elect",
    "--leader-election-namespace=NAMESPACE",
    `--leader-elect-lease-duration=${LEASE_SECONDS}s`,
    "--leader-elect-renew-deadline=8s",
    "--leader-elect-retry-period=1s",
  ],
  expect: [{ kind: "writes within its Lease", seconds: LEASE_SECONDS }],
  ...(workload === "delete" ? { chosen: true as const } : {}),
}));
