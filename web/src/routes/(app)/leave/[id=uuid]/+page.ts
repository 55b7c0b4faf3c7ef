import { readLeave } from '#lib/operations/leave.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('leave_request', readLeave);
