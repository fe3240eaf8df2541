// The sensor's thread of the bench: looks at the type of every record and counts.
import { runSensorThread } from '../../src/host/sensor/index.ts';

const counts = new Uint32Array(128);
let records = 0;

await runSensorThread(({ post }) => ({
  batch: (cursor) => {
    const { record } = cursor;
    while (cursor.next()) {
      records++;
      const { type } = record;
      if (type < counts.length) counts[type] = (counts[type] ?? 0) + 1;
    }
  },
  message: () => post({ records, counts: [...counts] }),
}));
