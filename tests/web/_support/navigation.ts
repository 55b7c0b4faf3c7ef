/** What the portal asked SvelteKit to read again. */
export const invalidated: string[] = [];

export function invalidate(what: string): Promise<void> {
  invalidated.push(what);
  return Promise.resolve();
}

/** Nobody leaves a page in these tests. */
export function beforeNavigate(): void {}
export function goto(): Promise<void> {
  return Promise.resolve();
}
