declare global {
  namespace App {
    interface Error {
      message: string;
      /** Stable error key of the database, where there is one. */
      key?: string;
      /** What to do next, as a sentence. */
      hint?: string;
    }
  }
}

export {};
