import { z } from 'zod';
import type { Database } from '../_shared/database.ts';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';
import { type Message, type Model, ModelFailure, type Tool } from './model.ts';
import { promptFor } from './prompt.ts';

/** So often a model may look something up before it has to answer. */
const MOST_TURNS = 6;

const runSchema = z.object({
  tenant_id: z.string(),
  run_id: z.string(),
  agent: z.string(),
  company: z.string(),
  persona: z.string().nullable(),
  customer: z.string().nullable(),
  language: z.string(),
  today: z.string(),
  history: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      parameters: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type Run = z.infer<typeof runSchema>;

export interface Dependencies extends WorkerDependencies {
  /** Null: there is none, and the rules of the database answer. */
  model: Model | null;
}

/**
 * Hands what a customer wrote to a model, asks the database for what the model wants to know, and brings back what it
 * says. Whether that is sent is decided by the database.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, model } = dependencies;
  return makeErrand(
    {
      worker: 'ai-agent',
      queue: 'ai_agent',
      batch: 4,
      // Six turns of twenty seconds.
      visibilitySeconds: 150,
      id: 'run_id',
      find: 'ai_run_to_answer',
      found: runSchema,
      record: 'record_ai_answer',
      words: { taken: 'answered', givenUp: 'given_up' },
      attempt: (run) =>
        model === null
          ? Promise.resolve({ error: null, isFinal: false, result: {} })
          : attempt(run, model, database),
    },
    dependencies,
  );
}

async function attempt(run: Run, model: Model, database: Database): Promise<Attempt> {
  const messages: Message[] = [{ role: 'system', content: promptFor(run) }, ...run.history];
  const spent = { model: model.name, tokens_in: 0, tokens_out: 0 };
  try {
    for (let turn = 1; ; turn++) {
      const tools: Tool[] = turn < MOST_TURNS ? run.tools : [];
      const said = await model.next(messages, tools);
      spent.tokens_in += said.tokensIn;
      spent.tokens_out += said.tokensOut;
      if (said.toolCalls.length === 0 || tools.length === 0) {
        return { error: null, isFinal: false, result: { ...spent, reply: said.content } };
      }
      messages.push({ role: 'assistant', content: said.content, tool_calls: said.toolCalls });
      for (const call of said.toolCalls) {
        messages.push({
          role: 'tool',
          tool_call_id: call.id,
          content: JSON.stringify(await use(run, call.function, database)),
        });
      }
    }
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    return { error: error.key, isFinal: error.isFinal, result: spent };
  }
}

function use(
  { tenant_id, run_id }: Run,
  { name, arguments: text }: { name: string; arguments: string },
  database: Database,
): Promise<unknown> {
  let given: unknown;
  try {
    given = JSON.parse(text || '{}');
  } catch {
    return Promise.resolve({ error: 'arguments_are_no_json' });
  }
  return database.rpc('use_ai_tool', { tenant_id, run_id, tool: name, arguments: given });
}
