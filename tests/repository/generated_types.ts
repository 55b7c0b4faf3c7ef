/** What the generated types promise. Nothing here runs: `npm run check:types` fails when a promise is broken. */
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database, Tables } from '../../web/src/lib/database.types.ts';

type Holds<Promise extends true> = Promise;
type Answer<Query extends (client: SupabaseClient<Database>) => PromiseLike<{ data: unknown }>> =
  NonNullable<Awaited<ReturnType<Query>>['data']>;

const whole = (client: SupabaseClient<Database>) => client.from('orders').select('*').single();
const offered = (client: SupabaseClient<Database>) =>
  client.from('orders').select('*,allowed_commands').single();

export const questions = { whole, offered };

export type Promises = [
  /** A computed field is in the answer only where it was asked for. */
  Holds<'allowed_commands' extends keyof Answer<typeof whole> ? false : true>,
  Holds<Answer<typeof whole> extends Tables<'orders'> ? true : false>,
  Holds<'allowed_commands' extends keyof Answer<typeof offered> ? true : false>,
  /** A customer is entered without a code, which he is given. */
  Holds<
    { name: string } extends Database['public']['Tables']['customers']['Insert'] ? true : false
  >,
  Holds<
    { code: string } extends Database['public']['Tables']['customers']['Insert'] ? false : true
  >,
];
