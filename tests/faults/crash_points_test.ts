import { crashPoints } from "./crash_scenarios.ts";
import { faultTest } from "./fault_case.ts";
import { sandboxStage } from "./stage.ts";

faultTest("the fleet outlives SIGKILL at every write", crashPoints, sandboxStage);
