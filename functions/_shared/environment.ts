/** A setting of the project; null when it is not set or empty. */
export function setting(name: string): string | null {
  return Deno.env.get(name) || null;
}

/** What every project gives its functions. */
export function project(): { url: string; secretKey: string; publishableKey: string } {
  return {
    url: setting('SUPABASE_URL') ?? '',
    secretKey: setting('SUPABASE_SERVICE_ROLE_KEY') ?? '',
    publishableKey: setting('SUPABASE_ANON_KEY') ?? '',
  };
}
