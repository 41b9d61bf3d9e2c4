import { crashPoints, someCrashes } from "./crash_scenarios.ts";
import { faultTest } from "./fault_case.ts";
import { sandboxStage } from "./stage.ts";

faultTest("the fleet outlives SIGKILL at some writes, and SIGTERM", { scenarios: someCrashes });

faultTest("the fleet outlives SIGKILL at every write", {
  scenarios: crashPoints,
  stage: sandboxStage,
  campaign: true,
});
