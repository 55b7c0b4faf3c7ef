import { readOffload } from '#lib/delivery/delivery.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('offload', readOffload, { with: ['variance'] });
