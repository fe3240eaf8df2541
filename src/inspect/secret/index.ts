// The door of the secret room.
export type { CredentialFile, SecretDetector } from './detector.ts';
export { secretInspector } from './inspector.ts';
export { skippedEndings, skippedFolders } from './places.ts';
export { detectorFamilies, files as credentialFiles } from './registry.ts';
export { inspectSettings, redactSecrets, type Setting, type SettingIssue } from './settings.ts';
