import pg from 'pg';

const AGAIN_MS = 1000;

/**
 * Does `work` whenever the database says `notify pgrst`, as PostgREST does after a change of the
 * schema, and after every time the connection was lost in between.
 */
export async function onReload(
  databaseUrl: string,
  work: () => Promise<void>,
): Promise<{ close(): Promise<void> }> {
  let isClosing = false;
  let listener: pg.Client;
  const quietly = () => void work().catch(() => {});

  const listen = async () => {
    listener = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    listener.on('error', () => {});
    listener.on('notification', quietly);
    await listener.connect();
    listener.once('end', () => {
      if (!isClosing) setTimeout(() => void again(), AGAIN_MS).unref();
    });
    await listener.query('listen pgrst');
  };
  const again = async () => {
    try {
      await listen();
      quietly();
    } catch {
      if (!isClosing) setTimeout(() => void again(), AGAIN_MS).unref();
    }
  };

  await listen();
  return {
    close: async () => {
      isClosing = true;
      await listener.end().catch(() => {});
    },
  };
}
