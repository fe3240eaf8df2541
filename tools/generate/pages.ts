// All pages that are made from the code. Adding one = its file and one line here.
import { builtinPage } from '../../src/advisory/builtin/index.ts';
import { alertsSchema } from './alerts-schema.ts';
import { apiPage } from './api-page.ts';
import { attackPage } from './attack-page.ts';
import { auditHostPage } from './audit-host-page.ts';
import { auditPage, gateControlsPage } from './audit-page.ts';
import { cliPage } from './cli-page.ts';
import { detectionsPage } from './detections-page.ts';
import { imageRulesPage } from './image-rules-page.ts';
import { limitsPage } from './limits-page.ts';
import { readingPage } from './reading-page.ts';
import { secretsPage } from './secrets-page.ts';

/** Path from the root of the repository, and the text that belongs there. */
export function generatedPages(): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'docs/api.md', text: apiPage() },
    { path: 'docs/schema/alerts-1.schema.json', text: alertsSchema() },
    { path: 'docs/attack.md', text: attackPage() },
    { path: 'docs/builtin-advisories.md', text: builtinPage() },
    { path: 'docs/audit-controls.md', text: auditPage() },
    { path: 'docs/audit-host-controls.md', text: auditHostPage() },
    { path: 'docs/gate-controls.md', text: gateControlsPage() },
    { path: 'docs/cli.md', text: cliPage() },
    { path: 'docs/detections.md', text: detectionsPage() },
    { path: 'docs/limits.md', text: limitsPage() },
    { path: 'docs/image-rules.md', text: imageRulesPage() },
    { path: 'docs/reading.md', text: readingPage() },
    { path: 'docs/secrets.md', text: secretsPage() },
  ];
}
