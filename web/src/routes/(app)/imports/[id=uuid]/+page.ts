import { firstBadRows, progressOf, readImport } from '#lib/imports/imports.ts';
import { recordLoad } from '#lib/records/record.ts';

const SHOWN = 100;

export const load = recordLoad('import', readImport, {
  more: async ({ id }) => {
    const [progress, bad] = await Promise.all([progressOf(id), firstBadRows(id, SHOWN)]);
    return { progress, bad };
  },
});
