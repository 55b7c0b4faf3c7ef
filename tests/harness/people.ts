import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { TestStack } from './stack.ts';

/** The published password of every demo account. */
export const PASSWORD = 'mzigo-demo-2026';

/** A browser of somebody who is not signed in. */
export function visitor(stack: TestStack): SupabaseClient {
  return createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** A browser of a demo account, signed in over HTTP. */
export async function signIn(stack: TestStack, email: string): Promise<SupabaseClient> {
  const client = visitor(stack);
  const { error } = await client.auth.signInWithPassword({ email, password: PASSWORD });
  if (error) throw error;
  return client;
}

/** The id of the company that a signed-in person works for. */
export async function companyOf(client: SupabaseClient): Promise<string> {
  const { data, error } = await client.from('tenants').select('id').single<{ id: string }>();
  if (error) throw new Error(error.message);
  return data.id;
}
