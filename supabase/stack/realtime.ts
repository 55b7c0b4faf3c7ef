import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { connect } from './database.ts';
import { openPool } from './pool.ts';
import { verifyToken, type Claims } from './tokens.ts';

/**
 * Broadcasts from the database to browsers, in the protocol of `@supabase/realtime-js`. Only private
 * channels, and only the database sends: `realtime.send()` in SQL, heard when it commits. Who may
 * listen is decided by the policies on `realtime.messages`, as on Supabase.
 */
export interface Realtime {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export interface RealtimeOptions {
  /** As the superuser: it listens for notifications and asks the policies in other people's name. */
  databaseUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
}

/** How long a channel may go on before its right to listen is looked at again. */
const RECHECK_MS = 30_000;
/** How soon it is tried to listen again after the database went away. */
const AGAIN_MS = 500;
const KEEP_MESSAGES = '1 hour';
const CLEAN_MS = 10 * 60_000;
const MAX_CHANNELS = 50;
const TOPIC_PREFIX = 'realtime:';

const frameSchema = z.tuple([
  z.string().nullable(),
  z.string().nullable(),
  z.string().max(255),
  z.string().max(100),
  z.unknown(),
]);
const joinSchema = z.object({
  config: z.object({ private: z.boolean().optional() }).optional(),
  access_token: z.string().optional(),
});
const tokenSchema = z.object({ access_token: z.string() });
const noticeSchema = z.object({
  id: z.string(),
  topic: z.string().optional(),
  event: z.string().nullable().optional(),
  payload: z.unknown().optional(),
});

interface Channel {
  joinRef: string | null;
  topic: string;
  token: string;
  /** What is said while the right to listen is looked at again; null when it is not. */
  held: string[] | null;
}

export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const pool = openPool(options.databaseUrl, { max: 2, idleTimeoutMillis: 0 });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const channels = new Map<WebSocket, Map<string, Channel>>();
  let isClosing = false;
  let listener: pg.Client | null = null;

  const send = (
    socket: WebSocket,
    joinRef: string | null,
    ref: string | null,
    topic: string,
    event: string,
    payload: unknown,
  ) => socket.send(JSON.stringify([joinRef, ref, topic, event, payload]));

  const claimsOf = (token: string): Claims | null => {
    const verdict = verifyToken(token, options.jwtSecret);
    return 'claims' in verdict ? verdict.claims : null;
  };

  /** A message on the topic that is never committed: whoever may select it may listen. */
  async function mayListen(topic: string, claims: Claims): Promise<boolean> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const probe = await client.query<{ id: string }>(
        `insert into realtime.messages (topic, extension, private)
         values ($1, 'broadcast', true) returning id`,
        [topic],
      );
      if (!(await hasSession(client, claims))) return false;
      await client.query(
        `select set_config('request.jwt.claims', $1, true),
                set_config('request.jwt.claim.sub', $2, true),
                set_config('request.jwt.claim.role', $3, true),
                set_config('realtime.topic', $4, true),
                set_config('role', $3, true)`,
        [JSON.stringify(claims), claims.sub ?? '', claims.role, topic],
      );
      const seen = await client.query('select from realtime.messages where id = $1', [
        probe.rows[0]?.id,
      ]);
      return seen.rowCount === 1;
    } catch {
      return false;
    } finally {
      await client.query('rollback').catch(() => {});
      client.release();
    }
  }

  /** A token of a session that was ended is none any more. */
  async function hasSession(client: pg.ClientBase, { session_id: id }: Claims): Promise<boolean> {
    if (id === undefined) return true;
    const found = await client.query('select from auth.sessions where id::text = $1', [id]);
    return found.rowCount === 1;
  }

  async function join(
    socket: WebSocket,
    ref: string | null,
    topic: string,
    joinRef: string | null,
    payload: unknown,
  ) {
    const refuse = (reason: string) =>
      send(socket, joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason } });
    const parsed = joinSchema.safeParse(payload);
    const open = channels.get(socket);
    if (!parsed.success || !open) return refuse('BadRequest: the join message is malformed');
    if (parsed.data.config?.private !== true) {
      return refuse('PrivateOnly: This project only allows private channels');
    }
    if (open.size >= MAX_CHANNELS) return refuse('ChannelRateLimitReached: Too many channels');
    const token = parsed.data.access_token ?? '';
    const claims = claimsOf(token);
    if (!claims) return refuse('InvalidJWTExpiration: Token has expired or is not valid');
    if (!(await mayListen(topic.slice(TOPIC_PREFIX.length), claims))) {
      return refuse('Unauthorized: You do not have permissions to read from this Channel topic');
    }
    open.set(topic, { joinRef, topic, token, held: null });
    send(socket, joinRef, ref, topic, 'phx_reply', {
      status: 'ok',
      response: { postgres_changes: [] },
    });
  }

  function leave(socket: WebSocket, channel: Channel, message: string | null) {
    channels.get(socket)?.delete(channel.topic);
    if (message !== null) {
      const payload = { status: 'error', extension: 'system', message };
      send(socket, channel.joinRef, null, channel.topic, 'system', payload);
    }
    send(socket, channel.joinRef, null, channel.topic, 'phx_close', {});
  }

  async function receive(socket: WebSocket, text: string) {
    let frame: z.infer<typeof frameSchema>;
    try {
      frame = frameSchema.parse(JSON.parse(text));
    } catch {
      socket.close(1003, 'Malformed message');
      return;
    }
    const [joinRef, ref, topic, event, payload] = frame;
    const reply = (status: 'ok' | 'error', response: object = {}) =>
      send(socket, joinRef, ref, topic, 'phx_reply', { status, response });
    const channel = channels.get(socket)?.get(topic);
    if (topic === 'phoenix') return reply('ok');
    if (!topic.startsWith(TOPIC_PREFIX)) return reply('error', { reason: 'unmatched topic' });
    if (event === 'phx_join') return join(socket, ref, topic, joinRef, payload);
    if (!channel) return reply('error', { reason: 'unmatched topic' });
    if (event === 'phx_leave') {
      reply('ok');
      return leave(socket, channel, null);
    }
    if (event === 'access_token') {
      const parsed = tokenSchema.safeParse(payload);
      if (parsed.success) channel.token = parsed.data.access_token;
      return recheck(socket, channel);
    }
    if (event === 'broadcast') {
      return reply('error', { reason: 'Unauthorized: Only the database sends on this Channel' });
    }
  }

  /** Nothing is said on the channel until it is known that its person may still hear it. */
  async function recheck(socket: WebSocket, channel: Channel) {
    const isFirst = channel.held === null;
    channel.held ??= [];
    const claims = claimsOf(channel.token);
    if (!claims) return leave(socket, channel, 'Token has expired or is not valid');
    const topic = channel.topic.slice(TOPIC_PREFIX.length);
    if (!(await mayListen(topic, claims))) {
      return leave(socket, channel, 'You do not have permissions to read from this Channel topic');
    }
    if (!isFirst) return;
    const { held } = channel;
    channel.held = null;
    for (const text of held) socket.send(text);
  }

  /** Notifications come in the order of their commits: what follows this one finds the channels held. */
  function recheckAccess(whose: string) {
    for (const [socket, open] of channels) {
      for (const channel of open.values()) {
        const isHis = claimsOf(channel.token)?.sub === whose || channel.topic.includes(whose);
        if (isHis) recheck(socket, channel).catch(() => leave(socket, channel, null));
      }
    }
  }

  async function publish(notice: string) {
    let message = noticeSchema.parse(JSON.parse(notice));
    if (message.topic === undefined) {
      const stored = await pool.query<z.infer<typeof noticeSchema>>(
        'select id, topic, event, payload from realtime.messages where id = $1',
        [message.id],
      );
      if (!stored.rows[0]) return;
      message = stored.rows[0];
    }
    const topic = `${TOPIC_PREFIX}${message.topic}`;
    for (const [socket, open] of channels) {
      const channel = open.get(topic);
      if (!channel) continue;
      const { event, payload, id } = message;
      const said = { type: 'broadcast', event, payload, meta: { id } };
      const text = JSON.stringify([channel.joinRef, null, topic, 'broadcast', said]);
      if (channel.held) channel.held.push(text);
      else socket.send(text);
    }
  }

  async function listen() {
    const client = await connect(options.databaseUrl);
    client.on('notification', ({ channel, payload }) => {
      if (payload === undefined) return;
      if (channel === 'access') recheckAccess(payload);
      else publish(payload).catch(() => {});
    });
    client.once('end', listenAgain);
    await client.query('listen realtime; listen access');
    listener = client;
  }

  function listenAgain() {
    if (!isClosing) setTimeout(() => void listen().catch(listenAgain), AGAIN_MS).unref();
  }

  sockets.on('connection', (socket) => {
    channels.set(socket, new Map());
    socket.on('error', () => {});
    socket.on('close', () => channels.delete(socket));
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'Only the database sends');
      else receive(socket, data.toString()).catch(() => socket.close(1011, 'Internal error'));
    });
  });

  const rechecks = setInterval(() => {
    for (const [socket, open] of channels) {
      for (const channel of open.values()) recheck(socket, channel).catch(() => {});
    }
  }, RECHECK_MS);
  const cleaning = setInterval(() => {
    const text = `delete from realtime.messages where inserted_at < now() - interval '${KEEP_MESSAGES}'`;
    pool.query(text).catch(() => {});
  }, CLEAN_MS);

  await listen();
  return {
    upgrade(request, socket, head) {
      const [, query = ''] = (request.url ?? '').split('?');
      const key = new URLSearchParams(query).get('apikey');
      if (key !== options.publishableKey && key !== options.secretKey) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) =>
        sockets.emit('connection', opened, request),
      );
    },
    async close() {
      isClosing = true;
      clearInterval(rechecks);
      clearInterval(cleaning);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await listener?.end().catch(() => {});
      await pool.end().catch(() => {});
    },
  };
}
