/** What `/project.js` says before anything else runs. */
interface Project {
  /** Address of the API. Empty: the origin that served the portal. */
  SUPABASE_URL: string;
  /** Publishable (anon) key of the project. */
  SUPABASE_PUBLISHABLE_KEY: string;
  /** Address of a MapLibre style with real tiles. Empty: the borders and towns that the portal brings. */
  MAP_STYLE_URL: string;
}

declare global {
  var mzigoProject: Partial<Project> | undefined;
}

/**
 * The project that the portal was started for. It is not in Kit's environment: that is read when a
 * file is evaluated, so nothing that uses it could be in one file with the rest.
 */
export const project: Project = {
  SUPABASE_URL: '',
  SUPABASE_PUBLISHABLE_KEY: '',
  MAP_STYLE_URL: '',
  ...globalThis.mzigoProject,
};
