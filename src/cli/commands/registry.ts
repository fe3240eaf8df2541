// All commands, in the order of the help. Adding one = its file and one line here.
import type { Command } from 'commander';
import { defineAgent } from './agent.ts';
import { defineAlerts } from './alerts.ts';
import { defineAudit } from './audit.ts';
import { defineCompletion } from './completion.ts';
import { defineContainers } from './containers.ts';
import { defineDb } from './db.ts';
import { defineExposed } from './exposed.ts';
import { defineGate } from './gate.ts';
import { defineLearn } from './learn.ts';
import { defineReplay } from './replay.ts';
import { defineRespond } from './respond.ts';
import { defineRules } from './rules.ts';
import { defineSbom } from './sbom.ts';
import { defineScan } from './scan.ts';
import { defineServer } from './server.ts';
import { defineSign } from './sign.ts';
import { defineTimeline } from './timeline.ts';
import { defineUp } from './up.ts';
import { defineVerify } from './verify.ts';
import { defineWatch } from './watch.ts';

export const commands: readonly ((program: Command) => void)[] = [
  defineUp,
  defineScan,
  defineSbom,
  defineDb,
  defineVerify,
  defineSign,
  defineGate,
  defineAudit,
  defineLearn,
  defineRules,
  defineReplay,
  defineWatch,
  defineAlerts,
  defineRespond,
  defineContainers,
  defineTimeline,
  defineExposed,
  defineServer,
  defineAgent,
  defineCompletion,
];
