import { papersOf, readContract } from '#lib/operations/contracts.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('contract', readContract, {
  more: async (contract) => ({ papers: await papersOf(contract.id) }),
});
