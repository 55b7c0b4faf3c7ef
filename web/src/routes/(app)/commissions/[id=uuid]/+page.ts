import { recordLoad } from '#lib/records/record.ts';
import { readStatement } from '#lib/targets/commissions.ts';

export const load = recordLoad('commission_statement', readStatement);
