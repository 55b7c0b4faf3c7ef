import { load as reading } from '#lib/platform/read.ts';
import { dealsOn, pipelines } from '#lib/sales/deals.ts';

export function load({ url, depends }) {
  depends('entity:deal', 'entity:pipeline', 'entity:pipeline_stage');
  const wanted = url.searchParams.get('pipeline');
  return reading(async () => {
    const all = (await pipelines()).filter(({ is_active }) => is_active);
    const pipeline = all.find(({ id }) => id === wanted) ?? all[0] ?? null;
    return { pipelines: all, pipeline, deals: pipeline ? await dealsOn(pipeline.id) : [] };
  });
}
