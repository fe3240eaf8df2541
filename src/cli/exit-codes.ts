// Exit codes: what scripts and pipelines rely on.
export const exitCodes = { satisfied: 0, violated: 1, usage: 2, failed: 3 } as const;
