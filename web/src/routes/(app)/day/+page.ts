import { myDay } from '#lib/home/my_day.ts';
import { load as reading } from '#lib/platform/read.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ depends, parent }) {
  depends(...everyDocument);
  return reading(async () => {
    await parent();
    return { all: await myDay() };
  });
}
