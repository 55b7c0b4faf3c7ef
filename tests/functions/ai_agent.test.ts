import { expect, test } from 'vitest';
import { makeHandler } from '../../functions/ai-agent/handler.ts';
import { chatCompletions } from '../../functions/ai-agent/model.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const IDS = {
  tenant_id: '0190a000-0000-7000-8000-00000000000a',
  run_id: '0190a000-0000-7000-8000-000000000001',
};
const RUN = {
  ...IDS,
  agent: 'Amina',
  company: 'Acme',
  persona: 'Be brief.',
  customer: 'Java Corner Cafe',
  language: 'sw',
  today: '2026-11-28',
  history: [{ role: 'user', content: 'Bei ya cola?' }],
  tools: [
    { name: 'find_products', description: 'Looks for products.', parameters: { type: 'object' } },
  ],
};
const PRODUCTS = { products: [{ name: 'Cola', price: 'KES 904.80' }] };

const calls = (name: string, text: string) => ({
  choices: [
    {
      message: {
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: text } }],
      },
    },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 10 },
});
const says = (content: string | null) => ({
  choices: [{ message: { content } }],
  usage: { prompt_tokens: 200, completion_tokens: 20 },
});

interface Asked {
  messages: { role: string; content: string; tool_call_id?: string }[];
  tools?: { type: string; function: { name: string } }[];
}

/** A server that gives these answers one after the other, the last one for ever. */
async function work(answers: (unknown | number)[], attempts = 1) {
  const asked: Asked[] = [];
  const headers: unknown[] = [];
  const send = ((_url: string, init: { body: string; headers: unknown }) => {
    asked.push(JSON.parse(init.body) as Asked);
    headers.push(init.headers);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    return Promise.resolve(
      typeof answer === 'number' ? Response.json({}, { status: answer }) : Response.json(answer),
    );
  }) as unknown as typeof fetch;
  let left = 1;
  const database = recordingDatabase({
    claim_messages: () => (left-- > 0 ? [{ msg_id: 1, read_ct: attempts, message: IDS }] : []),
    ai_run_to_answer: RUN,
    use_ai_tool: PRODUCTS,
    record_ai_answer: null,
    archive_message: null,
    fail_message: { result: attempts >= 3 ? 'dead_letter' : 'retry' },
    worker_heartbeat: null,
  });
  const model = chatCompletions(
    { url: 'https://models.test/v1/', key: 'sk-1', name: 'small' },
    send,
  );
  const handler = makeHandler({
    database,
    secretKey: SECRET_KEY,
    model,
    log: () => undefined,
    now: () => 0,
  });
  const response = await handler(post({}, AS_CLOCK));
  const recorded = database.calls.find(({ name }) => name === 'record_ai_answer')?.args;
  return { response, database, asked, headers, recorded };
}

test('what the model wants to know is asked of the database, and what it says is brought back', async () => {
  const { asked, headers, database, recorded } = await work([
    calls('find_products', '{"words": "cola"}'),
    says('Cola ni KES 904.80.'),
  ]);
  expect(headers[0]).toMatchObject({ authorization: 'Bearer sk-1' });
  expect(asked[0]?.messages[0]?.content).toMatch(
    /You are Amina.*Java Corner Cafe.*Swahili.*Be brief\./s,
  );
  expect(asked[0]?.messages[1]).toEqual(RUN.history[0]);
  expect(asked[0]?.tools?.map((tool) => tool.function.name)).toEqual(['find_products']);
  expect(database.calls.find(({ name }) => name === 'use_ai_tool')?.args).toEqual({
    ...IDS,
    tool: 'find_products',
    arguments: { words: 'cola' },
  });
  expect(asked[1]?.messages.at(-1)).toEqual({
    role: 'tool',
    tool_call_id: 'call_1',
    content: JSON.stringify(PRODUCTS),
  });
  expect(recorded).toEqual({
    ...IDS,
    status: 'answered',
    error: null,
    model: 'small',
    tokens_in: 300,
    tokens_out: 30,
    reply: 'Cola ni KES 904.80.',
  });
});

test('a model that looks things up without end has to answer at last', async () => {
  const { asked, recorded } = await work([calls('find_products', '{"words": "cola"}')]);
  expect(asked).toHaveLength(6);
  expect(asked[5]?.tools).toBeUndefined();
  expect(recorded).toMatchObject({ status: 'answered', reply: null });
});

test('arguments that are no JSON are told to the model', async () => {
  const { asked, database } = await work([calls('find_products', 'cola'), says('Sorry.')]);
  expect(asked[1]?.messages.at(-1)?.content).toBe('{"error":"arguments_are_no_json"}');
  expect(database.calls.some(({ name }) => name === 'use_ai_tool')).toBe(false);
});

test.each([
  [500, 1, 'queued', 'ai_model_unreachable'],
  [429, 1, 'queued', 'ai_model_unreachable'],
  ['nonsense', 1, 'queued', 'ai_model_unreachable'],
  [503, 3, 'given_up', 'ai_model_unreachable'],
  [401, 1, 'given_up', 'ai_model_refused'],
  [404, 1, 'given_up', 'ai_model_refused'],
])('an answer %s at attempt %i is %s for %s', async (answer, attempts, status, error) => {
  const { recorded } = await work([answer], attempts);
  expect(recorded).toMatchObject({ status, error });
});

test('without a model the database is told so, and answers by its rules', async () => {
  let left = 1;
  const database = recordingDatabase({
    claim_messages: () => (left-- > 0 ? [{ msg_id: 1, read_ct: 1, message: IDS }] : []),
    ai_run_to_answer: RUN,
    record_ai_answer: null,
    archive_message: null,
    worker_heartbeat: null,
  });
  await makeHandler({
    database,
    secretKey: SECRET_KEY,
    model: null,
    log: () => undefined,
    now: () => 0,
  })(post({}, AS_CLOCK));
  expect(database.calls.find(({ name }) => name === 'record_ai_answer')?.args).toEqual({
    ...IDS,
    status: 'answered',
    error: null,
  });
});

test('nobody but the clock wakes it', async () => {
  const database = recordingDatabase({});
  const handler = makeHandler({
    database,
    secretKey: SECRET_KEY,
    model: null,
    log: () => undefined,
    now: () => 0,
  });
  expect((await handler(post({}))).status).toBe(401);
});
