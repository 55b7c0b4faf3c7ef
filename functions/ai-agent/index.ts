import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { makeHandler } from './handler.ts';
import { chatCompletions } from './model.ts';

const { url, secretKey } = project();
const modelUrl = setting('AI_BASE_URL');

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    model:
      modelUrl === null
        ? null
        : chatCompletions(
            {
              url: modelUrl,
              key: setting('AI_API_KEY'),
              name: setting('AI_MODEL') ?? 'gpt-4o-mini',
            },
            fetch,
          ),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
