import { readVendor } from '#lib/operations/vendors.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('vendor', readVendor, { with: ['contract', 'purchase_order'] });
