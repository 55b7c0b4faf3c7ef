import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';

/** The tables of auth and storage, as the engine behind `/auth/v1` and `/storage/v1` wants them. */
export function systemTables(): string {
  return [getAuthSchemaSql(), getStorageSchemaSql()].join('\n');
}
