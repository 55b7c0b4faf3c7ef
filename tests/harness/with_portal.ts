import { stateHome } from '../../supabase/stack/paths.ts';
import { buildPortal, isPortalStale } from '../../supabase/stack/portal_build.ts';

/** Every stack that a test starts serves this one build. */
export default async function setup(): Promise<void> {
  if (await isPortalStale()) await buildPortal(stateHome);
}
