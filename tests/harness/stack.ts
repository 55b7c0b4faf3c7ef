import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { readSecrets, rotateKeys, type Secrets } from '../../supabase/stack/secrets.ts';
import { startStack, type Stack } from '../../supabase/stack/stack.ts';
import { copyTemplate, keepTemplate, templateOf } from './template.ts';

/** Tells test processes where the stack of this run is. */
export const STACK_VARIABLE = 'MZIGO_TEST_STACK';

export type TestStack = Pick<Stack, 'url' | 'publishableKey' | 'secretKey' | 'databaseUrl'> & {
  superuserUrl: string;
  /** What access tokens are signed with. */
  jwtSecret: string;
  /** Its state folder. */
  home: string;
};

/**
 * A whole stack with the demo companies on a free port, thrown away after `stop`. The portal is served
 * when it has been built before. Durable: what was answered survives a crash of PostgreSQL.
 */
export async function startTestStack({ isDurable = false } = {}): Promise<{
  stack: TestStack;
  stop(): Promise<void>;
}> {
  const home = await mkdtemp(join(tmpdir(), 'mzigo-stack-'));
  const launch = async () => {
    await furnish(home);
    return startStack({
      home,
      runtimeHome: stateHome,
      port: await freePort(),
      host: '127.0.0.1',
      isThrowAway: !isDurable,
    });
  };
  const stack = await launch().catch(async (error: unknown) => {
    await rm(home, { recursive: true, force: true });
    throw error;
  });
  const { url, publishableKey, secretKey, databaseUrl, superuserUrl } = stack;
  const { jwtSecret } = await readSecrets(home);
  return {
    stack: { url, publishableKey, secretKey, databaseUrl, superuserUrl, jwtSecret, home },
    stop: async () => {
      await stack.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The stack that the global setup of this run started. */
export function testStack(): TestStack {
  const text = process.env[STACK_VARIABLE];
  if (text === undefined)
    throw new Error('This test needs the stack of tests/harness/with_stack.ts.');
  return JSON.parse(text) as TestStack;
}

/** Of the roles in the kept cluster; what tokens are signed with is new in each stack. */
const PASSWORD = 'throw-away-password';

/** Makes a home in which a stack was started once; the first after a change makes what the others copy. */
export async function furnish(home: string): Promise<void> {
  const secrets: Secrets = {
    databasePassword: PASSWORD,
    jwtSecret: '-'.repeat(32),
    publishableKey: 'sb_publishable_',
    secretKey: 'sb_secret_',
  };
  await writeFile(join(home, 'secrets.json'), JSON.stringify(secrets));
  await rotateKeys(home);
  const template = await templateOf('stack-template');
  const data = join(home, 'data', 'postgres');
  await mkdir(dirname(data));
  if (await copyTemplate(template, data)) return;
  const stack = await startStack({
    home,
    runtimeHome: stateHome,
    port: await freePort(),
    host: '127.0.0.1',
    isThrowAway: true,
  });
  await stack.stop();
  await keepTemplate(data, template);
}
