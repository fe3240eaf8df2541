// The reader of Dockerfiles against the builder of a real engine: the same files are accepted, the
// same instructions seen. The classic builder is asked, which knows no here-documents.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTool } from '../../../test/registry-process.ts';
import { readInstructions } from './instruction.ts';
import { readDockerfile } from './stage.ts';

const hasBuilder = hasTool('docker', 'version');
const tag = `cis-dockerfile/test:${process.pid}`;

/** Files of instructions that run nothing, so that they build without a base. */
const files: readonly string[] = [
  'FROM scratch\nUSER a\n',
  'from scratch\nuser a\nEnV A=b\n',
  '# a comment\n\n# escape=`\nFROM scratch\nENV A=b\\\n C=d\nUSER x\n',
  '# escape=`\nFROM scratch\nENV A=b `\n  C=d\nLABEL x=c:\\\nUSER y\n',
  'FROM scratch\nENV A=b \\\n# inner comment\n\n   C=d \\ \n E=f\nUSER a\n',
  'FROM scratch\r\nENV A=b \\\r\n C=d\r\nUSER a\r\n',
  '\ufeffFROM scratch\nUSER a\n',
  'ARG X=scratch\nFROM ${X}\nUSER ${Y:-b}\n',
  'ARG X\nFROM ${X:-scratch} AS one\nUSER a\nFROM one\nUSER b\n',
  'FROM scratch AS One\nENV A=b\nFROM one\nUSER b\n',
  'FROM scratch\nENV A b c d\nENV E="x y" F=\'z\' G=a\\ b\n',
  'FROM scratch\nENTRYPOINT ["/a", "b"]\nCMD ["c"]\n',
  "FROM scratch\nCMD ['c']\n",
  'FROM scratch\nHEALTHCHECK --interval=5s CMD /x\nHEALTHCHECK NONE\n',
  'FROM scratch\nONBUILD USER root\nONBUILD RUN curl x | sh\nUSER a\n',
  'FROM scratch\nSHELL ["/a", "-c"]\nEXPOSE 22 80/tcp\nVOLUME ["/a"]\nWORKDIR /x\nSTOPSIGNAL 9\n',
  'FROM scratch\nLABEL a="b # c" \\\n  d=e\n  # end\nUSER x',
  'FROM scratch\n   USER a   \n\tENV A=b\n',
  'FROM scratch\nMAINTAINER me <me@x>\nUSER a\n',
  // Refused:
  '',
  '# only a comment\n',
  'USER a\n',
  'FROM scratch\nUSER\n',
  'FROM scratch\nRUM a\n',
  'FROM scratch\nONBUILD FROM a\n',
  'FROM scratch\nONBUILD ONBUILD USER a\n',
  '# escape=x\nFROM scratch\nUSER a\n',
  'FROM scratch\nONBUILD\n',
];

describe.skipIf(!hasBuilder)('the classic builder (skipped without a running engine)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-dockerfile-'));
  });
  afterAll(() => {
    spawnSync('docker', ['rmi', '-f', tag]);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(files)('%j', (text) => {
    const run = spawnSync('docker', ['build', '--force-rm', '-t', tag, '-f', '-', folder], {
      input: text,
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
      encoding: 'utf8',
    });
    const ours = readInstructions(text);
    const refusals = [...ours.problems, ...readDockerfile(text).problems].map(
      ({ reason }) => reason,
    );
    // A base of nothing is no image in itself; all else that it says is about the file.
    const isAccepted = run.status === 0;
    expect({ isAccepted, problems: isAccepted ? refusals : [] }).toEqual({
      isAccepted,
      problems: [],
    });
    if (!isAccepted) {
      expect({ said: run.stderr, refusals: refusals.length }).not.toMatchObject({ refusals: 0 });
      return;
    }
    const steps = [...run.stdout.matchAll(/Step \d+\/\d+ : (\S+)/g)].map(
      ([, keyword = '']) => keyword,
    );
    const seen = ours.instructions.map(({ keyword, isTrigger }) =>
      isTrigger ? 'ONBUILD' : keyword,
    );
    expect(seen).toEqual(steps.map((keyword) => keyword.toUpperCase()));
  });
});
