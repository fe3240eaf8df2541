// `npm start`: installs, builds, and does the main job at once: `seaworthy up` shows how safe the
// containers of this machine are. `npm start -- COMMAND` runs another command, `-- --once` ends after
// the first scans.
import { build, install, run } from './prepare.mjs';

install();
build();
const words = process.argv.slice(2);
const isCommand = words.length > 0 && !words[0].startsWith('-');
// Ctrl-C is for the program: it ends cleanly, and then we do.
process.on('SIGINT', () => undefined);
process.exitCode = run(['dist/seaworthy.mjs', ...(isCommand ? words : ['up', ...words])]);
