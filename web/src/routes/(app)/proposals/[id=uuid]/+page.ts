import { readProposal } from '#lib/operations/proposals.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('proposal', readProposal, { with: ['deal'] });
