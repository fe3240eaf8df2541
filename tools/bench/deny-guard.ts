// What the guard of `deny-drift` costs each exec: programs run in a real container with and without it, in
// turns: `node tools/bench/deny-guard.ts` as root with Docker.

import { connectEngine } from '../../src/host/docker/index.ts';
import { createActor } from '../../src/host/response/index.ts';
import { openResponseLab } from '../../test/response-lab.ts';
import { median } from './figure.ts';

const lab = openResponseLab('bench');
const engine = await connectEngine();
const actor = createActor({
  engines: [engine],
  denyVolumes: false,
  graceSeconds: 1,
  guard: { onDenied: () => undefined },
});
const rounds = 5;
const runs = 1000;
const line = `for ((i = 0; i < ${runs}; i++)); do /bin/true; done`;
const times: Record<'without' | 'with', number[]> = { without: [], with: [] };
try {
  const id = await lab.start('bench');
  for (let round = 0; round < rounds; round += 1) {
    for (const how of ['without', 'with'] as const) {
      const acted = how === 'with' ? await actor.act('deny-drift', id) : null;
      const begun = performance.now();
      await lab.shell(id, line);
      times[how].push((performance.now() - begun) / runs);
      if (acted?.undo) await actor.undo(acted.undo, id);
    }
  }
  await new Promise((resolve) => {
    setTimeout(resolve, 1500);
  });
  const figures = actor.guard()?.figures();
  process.stdout.write(
    `an exec: ${median(times.without).toFixed(3)} ms without, ${median(times.with).toFixed(3)} ms with the guard\n`,
  );
  if (figures !== undefined) {
    const { judged, heldMsSum, heldMsMaximum, late } = figures;
    const mean = heldMsSum / Math.max(1, judged);
    process.stdout.write(
      `${judged} judged, held ${mean.toFixed(3)} ms on average, ${heldMsMaximum.toFixed(2)} ms at most, ${late} late\n`,
    );
  }
} finally {
  await actor.close();
  engine.close();
  lab.close();
}
