import { readVariance } from '#lib/delivery/delivery.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('variance', readVariance);
