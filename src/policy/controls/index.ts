// All controls. Adding one = its file and one line in the list of its folder.
import type { Control } from '../control.ts';
import { hardening } from './hardening/index.ts';
import { podSecurity } from './pod-security/index.ts';

export const controls: readonly Control[] = [...podSecurity, ...hardening];
