import { recordLoad } from '#lib/records/record.ts';
import { readWriteOff } from '#lib/warehouse/containers.ts';

export const load = recordLoad('container_write_off', readWriteOff);
