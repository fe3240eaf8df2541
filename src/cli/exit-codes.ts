// Exit codes of the contract (DESIGN, section 4).
export const exitCodes = { satisfied: 0, violated: 1, usage: 2, failed: 3 } as const;
