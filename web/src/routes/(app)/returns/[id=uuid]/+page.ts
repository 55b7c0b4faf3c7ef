import { readReturn } from '#lib/billing/returns.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('return', readReturn, { with: ['credit_note'] });
