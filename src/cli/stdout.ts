// The standard output: written without Node's stream, whose making takes a tenth of a short command.
import { fstatSync, writeSync } from 'node:fs';
import { exitCodes } from './exit-codes.ts';

const descriptor = 1;
/** `/dev/null` (Linux: Documentation/admin-guide/devices.txt, major 1, minor 3). */
const nullDevice = 0x103;

let stream: NodeJS.WriteStream | null = null;

/**
 * Node's own stream, for what needs one. A closed pipe (`| head`) ends the program, and is no error; a full
 * disk ends it with one line.
 */
export function stdout(): NodeJS.WriteStream {
  if (stream === null) {
    stream = process.stdout;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCodes.satisfied);
      process.stderr.write(
        `seaworthy: the result cannot be written (${error.message}); make room\n`,
      );
      process.exit(exitCodes.failed);
    });
  }
  return stream;
}

/** False: nobody looks at it for certain, and Node's stream for it need not be made to ask. */
export function mayBeTerminal(descriptor: 1 | 2): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isCharacterDevice() && stat.rdev !== nullDevice;
  } catch {
    // Closed by whoever started us: Node knows what to do then.
    return true;
  }
}

/** How people see a result: as wide as the terminal and coloured there, plain in files and pipes. */
export interface View {
  readonly columns: number;
  readonly colour: boolean;
}

/** @param output file that the result goes to, if not to the standard output */
export function viewOf(output: string | undefined, plainColumns = 80): View {
  const isTerminal = output === undefined && mayBeTerminal(descriptor) && stdout().isTTY;
  if (!isTerminal) return { columns: plainColumns, colour: false };
  // https://no-color.org: set and not empty.
  return { columns: stdout().columns, colour: (process.env['NO_COLOR'] ?? '') === '' };
}

/** Writes all of it, waiting for a slow reader. */
export async function writeStdout(piece: string | Uint8Array): Promise<void> {
  const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
  const at = stream === null ? writtenAtOnce(bytes) : 0;
  if (at === bytes.length) return;
  await new Promise<void>((resolve) => {
    stdout().write(bytes.subarray(at), () => resolve());
  });
}

function writtenAtOnce(bytes: Uint8Array): number {
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(descriptor, bytes, at);
  } catch {
    // A pipe that is full and that somebody made non-blocking, or closed: the stream waits, or ends us.
  }
  return at;
}
