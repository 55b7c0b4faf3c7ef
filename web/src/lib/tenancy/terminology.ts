import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { Terminology } from '#lib/words.ts';

/** What a company calls things, with the version of its settings. */
export async function readTerminology() {
  const found = await answerOf(
    supabase.from('tenant_settings').select('tenant_id,terminology,version').maybeSingle(),
  );
  return found && { ...found, terminology: found.terminology as Terminology };
}

/** Null when somebody else changed the settings in the meantime. @throws PortalError */
export function saveTerminology(
  settings: { tenant_id: string; version: number },
  terminology: Terminology,
) {
  return answerOf(
    supabase
      .from('tenant_settings')
      .update({ terminology })
      .eq('tenant_id', settings.tenant_id)
      .eq('version', settings.version)
      .select('version')
      .maybeSingle(),
  );
}
