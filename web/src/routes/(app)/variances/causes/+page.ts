import { load as reading, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export function load({ depends }) {
  depends('entity:variance_code');
  return reading(async () => ({
    causes: await rows(supabase.from('variance_codes').select('*').order('name').limit(500)),
  }));
}
