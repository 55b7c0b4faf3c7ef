import { readKitting } from '#lib/warehouse/kittings.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('kitting', readKitting);
