import { readVariance } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { nameOfMember } from '#lib/tenancy/tenancy.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:variance');
  return reading(async () => {
    const [variance, history] = await Promise.all([readVariance(params.id), historyOf(params.id)]);
    const known = found(variance, 'variance');
    const [names, responsible] = await Promise.all([
      namesOf([known.created_by]),
      nameOfMember(known.responsible_id),
    ]);
    return {
      variance: known,
      responsible,
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
