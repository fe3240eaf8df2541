// `npm start`: installs, builds, and does the main job at once: prepares the advisories from what
// can be reached and tells how safe the containers of this machine are.
import { build, install, run } from './prepare.mjs';

install();
build();
const words = process.argv.slice(2);
process.exitCode = run([
  'dist/seaworthy.mjs',
  ...(words.length > 0 ? words : ['scan', '--update']),
]);
