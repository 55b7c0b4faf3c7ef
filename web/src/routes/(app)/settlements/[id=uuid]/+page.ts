import { readSettlement } from '#lib/billing/settlements.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('settlement', readSettlement);
