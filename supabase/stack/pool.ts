import pg from 'pg';

/**
 * Connections to share. One that breaks is replaced: the query that was on its way fails, nothing
 * else does.
 */
export function openPool(connectionString: string, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString, ...options });
  pool.on('error', () => {});
  // node-postgres takes its own listener away while a connection is in use.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
