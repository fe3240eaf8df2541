// The contract's own JSON: one object for one target, an array for several.
import type { Output } from './output.ts';

export const json: Output = {
  id: 'json',
  mediaType: 'application/json',
  write(reports) {
    const value = reports.length === 1 ? reports[0] : reports;
    return `${JSON.stringify(value, null, 2)}\n`;
  },
};
