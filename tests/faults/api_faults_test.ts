import { API_SCENARIOS } from "./api_scenarios.ts";
import { faultTest } from "./fault_case.ts";
import { LEADER_SCENARIOS } from "./leader_scenarios.ts";
import { WATCH_SCENARIOS } from "./watch_scenarios.ts";

faultTest("the fleet outlives what an API server may do", {
  scenarios: () => [...API_SCENARIOS, ...WATCH_SCENARIOS, ...LEADER_SCENARIOS],
});
