// The words of what a bucket keeps.

/** Besides alerts, which come by routes. */
export const reportKinds = ['scan', 'sbom', 'audit'] as const;
export type ReportKind = (typeof reportKinds)[number];
export const sbomFormats = ['cyclonedx', 'spdx'] as const;
