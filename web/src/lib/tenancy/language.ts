import { answerOf } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { type Language, speak } from '#lib/words.ts';

/** Keeps the language of the reader wherever he signs in, and speaks it. @throws PortalError */
export async function chooseLanguage(language: Language): Promise<void> {
  await answerOf(
    supabase
      .from('users')
      .update({ language })
      .eq('id', session.me?.user.id ?? ''),
  );
  speak(language);
}
