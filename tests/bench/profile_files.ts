/** What the profiled operator writes. */
export const CPU_PROFILE = "operator.cpuprofile";
export const MEMORY = "memory.json";
