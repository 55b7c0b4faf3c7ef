import { readRefill } from '#lib/warehouse/refills.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('refill', readRefill);
