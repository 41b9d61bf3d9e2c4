import { API_SCENARIOS } from "./api_scenarios.ts";
import { someCrashes } from "./crash_scenarios.ts";
import { faultTest } from "./fault_case.ts";

faultTest(
  "the fleet outlives what an API server may do, and the operator's own end",
  async (engine) => [...API_SCENARIOS, ...await someCrashes(engine)],
);
