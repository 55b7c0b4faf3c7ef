import type { Provider } from './provider.ts';

/** No provider is configured: the message stays in the database, where the portal shows it. */
export const outbox: Provider = {
  send: () => Promise.resolve({ status: 'simulated', provider: 'outbox', reference: null }),
};
