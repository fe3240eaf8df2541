// The door of policies of users: ValidatingAdmissionPolicy files, read and asked.
export type { PolicyDocument } from './document.ts';
export { type ImageValues, userInquiry } from './evaluate.ts';
export type { UserPolicies, UserPolicy } from './policy.ts';
export { readUserPolicies } from './read.ts';
