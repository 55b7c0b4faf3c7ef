import { readMaintenance } from '#lib/operations/maintenance.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('maintenance_job', readMaintenance, { with: ['asset'] });
