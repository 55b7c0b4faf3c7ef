import { load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { commissionPlans, peopleAndTeams } from '#lib/targets/commissions.ts';

export async function load({ depends, parent }) {
  depends('entity:commission_plan', 'entity:team');
  await parent();
  return reading(async () => {
    const [plans, choices] = await Promise.all([
      commissionPlans(),
      session.can('commissions.manage') ? peopleAndTeams() : { people: [], teams: [] },
    ]);
    return { plans, ...choices };
  });
}
