import { readAdjustment } from '#lib/warehouse/warehouse.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('adjustment', readAdjustment);
