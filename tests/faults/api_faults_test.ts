import { API_SCENARIOS } from "./api_scenarios.ts";
import { faultTest } from "./fault_case.ts";

faultTest("the fleet outlives what an API server may do", { scenarios: () => API_SCENARIOS });
