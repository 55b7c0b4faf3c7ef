import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const NUMBER = '106540352242944';
let database: TestDatabase;
let admin: Session;
let owner: Session;
let worker: Session;
let agent: string;
let run: { tenant_id: string; run_id: string };
let person = 0;

beforeAll(async () => {
  database = await cloneDatabase('ai_models');
  admin = await database.asAdmin();
  owner = await database.asUser('owner@acme.test');
  worker = await database.asService();
  ({ id: agent } = await owner.one<{ id: string }>(
    `insert into ai_agents (name, mode, tools, price_in, price_out)
     values ('Amina', 'model', '{find_products,order_status,balance,order}', 1.5, 6) returning id`,
  ));
  await owner.query(
    `insert into channels (name, kind, phone_number_id, ai_agent_id, takes_orders) values ('Questions', 'whatsapp', $1, $2, true)`,
    [NUMBER, agent],
  );
  await admin.query('update channels set proved_at = now() where proved_at is null');
});

afterAll(() => database.drop());

/** Writes as somebody of Java Corner Cafe; the run waits for a model. */
async function write(body: string, number = `2547330${String(person++).padStart(5, '0')}`) {
  await owner.query(
    `insert into contacts (customer_id, name, phone) select id, 'Linda', $1 from customers where name = 'Java Corner Cafe'
     and not exists (select from contacts where phone = $1)`,
    [`+${number}`],
  );
  const id = `wamid.${person++}`;
  const messages = [{ from: number, id, type: 'text', text: { body } }];
  const change = { place: 1, value: { metadata: { phone_number_id: NUMBER }, messages } };
  await admin.query('select private.receive_whatsapp($1, $2)', [JSON.stringify([change]), id]);
  await admin.query(`select private.process_queue('whatsapp_events')`);
  await admin.query(`select private.process_queue('whatsapp_events')`);
  run = await admin.one<{ tenant_id: string; run_id: string }>(
    'select tenant_id, id as run_id from ai_agent_runs order by created_at desc, id desc limit 1',
  );
}
const tool = (name: string, args: Record<string, unknown> = {}) =>
  worker.rpc<Record<string, unknown>>('use_ai_tool', { ...run, tool: name, arguments: args });
const record = (reply: string | null, more: Record<string, unknown> = {}) =>
  worker.rpc('record_ai_answer', { ...run, status: 'answered', reply, model: 'small', ...more });
const outcome = () =>
  admin.one<{ status: string; problem: string | null; reply: string | null }>(
    `select r.status::text, r.problem, m.body as reply from ai_agent_runs r left join messages m on m.id = r.reply_id where r.id = $1`,
    [run.run_id],
  );

beforeEach(() => write('How much is cola 300 ml?'));

test('a model is given the conversation and the tools that its agent has', async () => {
  const given = await worker.rpc<{
    tools: { name: string }[];
    history: unknown[];
    customer: string;
  }>('ai_run_to_answer', run);
  expect(given.tools.map(({ name }) => name)).toEqual([
    'balance',
    'find_products',
    'order',
    'order_status',
  ]);
  expect(given.history).toEqual([{ role: 'user', content: 'How much is cola 300 ml?' }]);
  expect(given.customer).toBe('Java Corner Cafe');
});

test('a reply whose figures a tool gave is sent', async () => {
  const { products } = (await tool('find_products', { words: 'cola 300 ml' })) as {
    products: { price: string }[];
  };
  const reply = `A crate of Cola 300 ml costs ${products[0]?.price}.`;
  await record(reply, { tokens_in: 1000, tokens_out: 100 });
  expect(await outcome()).toEqual({ status: 'answered', problem: null, reply });
  const { cost } = await admin.one<{ cost: string }>(
    'select cost from ai_agent_runs where id = $1',
    [run.run_id],
  );
  expect(Number(cost)).toBeCloseTo(0.0021, 6);
});

test.each([
  ['a price that it made up', 'A crate of Cola 300 ml costs KES 450.00.'],
  ['a price that nobody looked up', 'It costs 904.80.'],
  ['a price in words', 'It costs nine hundred shillings.'],
  ['a price in Swahili words', 'Ni shilingi mia tisa.'],
  ['thousands', 'It costs about a thousand.'],
  ['figures of another script', 'It costs ٩٠٤ shillings.'],
  ['wide figures', 'It costs ４５０ shillings.'],
  ['a discount', 'You get 10 % off today.'],
  ['a day', 'It will arrive tomorrow.'],
  ['a weekday in Swahili', 'Itafika jumatatu.'],
  ['no words', '   '],
])('%s is not sent: the rules answer', async (_what, reply) => {
  await record(reply);
  const became = await outcome();
  expect(became.problem).toMatch(/ai_figure_unknown|ai_reply_invalid/);
  expect(became.reply).toMatch(/^Cola 300 ml, crate of 24: KES [\d,.]+ per crate with tax/);
});

test('a tool that its agent was not given, and one that there is not, answer nothing', async () => {
  expect(await tool('empties')).toEqual({ error: 'ai_not_allowed' });
  expect(await tool('drop_tables')).toEqual({ error: 'ai_not_allowed' });
});

test('whatever it is asked, a tool sees the one customer of the conversation', async () => {
  const theirs = await owner.rpc<{ number: string }>('create_order', {
    customer_id: (
      await owner.one<{ id: string }>(`select id from customers where name = 'Gikomba Traders'`)
    ).id,
    warehouse_id: (await owner.one<{ id: string }>(`select id from warehouses where code = 'NBO'`))
      .id,
    lines: [
      {
        product_id: (
          await owner.one<{ id: string }>(`select id from products where sku = 'COL-300'`)
        ).id,
        quantity: 1,
      },
    ],
  });
  expect(await tool('order_status', { number: theirs.number })).toEqual({ orders: [] });
  const mine = await tool('balance');
  expect(await tool('balance', { customer_id: 'somebody', customer: 'Gikomba Traders' })).toEqual(
    mine,
  );
});

test('an order in plain words is heard once, and answers for itself', async () => {
  const heard = await tool('order', { text: '2 crates cola 300 ml' });
  expect(heard).toEqual({ is_heard: true, status: 'proposed' });
  expect(await tool('order', { text: '2 crates cola 300 ml' })).toEqual(heard);
  await record('I have ordered 2 crates for KES 1.');
  expect(await outcome()).toEqual({ status: 'answered', problem: null, reply: null });
  const { told } = await admin.one<{ told: number }>(
    `select count(*)::int as told from messages m join ai_agent_runs r on r.conversation_id = m.conversation_id
     where r.id = $1 and m.direction = 'out'`,
    [run.run_id],
  );
  expect(told).toBe(1);
});

test('without a model, and when it cannot be reached, the rules answer', async () => {
  await worker.rpc('record_ai_answer', { ...run, status: 'answered' });
  expect(await outcome()).toMatchObject({ status: 'answered', problem: null });
  await write('How much is cola 300 ml?');
  await worker.rpc('record_ai_answer', { ...run, status: 'queued', error: 'ai_model_unreachable' });
  expect(await outcome()).toMatchObject({ status: 'waiting' });
  await worker.rpc('record_ai_answer', {
    ...run,
    status: 'given_up',
    error: 'ai_model_unreachable',
  });
  expect(await outcome()).toMatchObject({ status: 'answered', problem: 'ai_model_unreachable' });
});

test('who asks for a person gets one, whatever the model says', async () => {
  await write('let me talk to a person');
  await record('There is no need for that.');
  expect(await outcome()).toMatchObject({ status: 'handed_over', problem: 'ai_person_wanted' });
  await write('hmm');
  await record('HAND OVER');
  expect(await outcome()).toMatchObject({ status: 'handed_over' });
});

test('what a colleague answered meanwhile is not answered again', async () => {
  const { id } = await owner.one<{ id: string }>(
    'select conversation_id as id from ai_agent_runs where id = $1',
    [run.run_id],
  );
  await owner.rpc('reply_to_conversation', { conversation_id: id, text: 'I am here.' });
  expect(await worker.rpc('ai_run_to_answer', run)).toBeNull();
  await record('Hello.');
  expect(await outcome()).toEqual({ status: 'left', problem: null, reply: null });
});

test('two workers with one run answer once', async () => {
  const other = await database.asService();
  await Promise.all([
    record('Hello.'),
    other.rpc('record_ai_answer', {
      ...run,
      status: 'answered',
      reply: 'Hello there.',
      model: 'small',
    }),
  ]);
  const { told } = await admin.one<{ told: number }>(
    `select count(*)::int as told from messages m join ai_agent_runs r on r.conversation_id = m.conversation_id where r.id = $1 and m.direction = 'out'`,
    [run.run_id],
  );
  expect(told).toBe(1);
});

test('its tokens of the day spent, the rules answer', async () => {
  await record('Hello.', { tokens_in: 10 });
  await owner.query('update ai_agents set tokens_per_day = 5 where id = $1', [agent]);
  await write('How much is cola 300 ml?');
  expect(await outcome()).toMatchObject({ status: 'answered', problem: 'ai_tokens_spent' });
  await owner.query('update ai_agents set tokens_per_day = 1000000 where id = $1', [agent]);
});

test('what an agent is told to be is kept each time it changes, and a run knows which it was', async () => {
  await owner.query(`update ai_agents set persona = 'Be kind.' where id = $1`, [agent]);
  await owner.query('update ai_agents set price_in = 2 where id = $1', [agent]);
  await write('How much is cola 300 ml?');
  const versions = await owner.query(
    'select number, persona from ai_agent_versions where ai_agent_id = $1 order by number',
    [agent],
  );
  expect(versions).toEqual([
    { number: 1, persona: null },
    { number: 2, persona: 'Be kind.' },
  ]);
  expect(
    await admin.one('select version_number from ai_agent_runs where id = $1', [run.run_id]),
  ).toEqual({ version_number: 2 });
});

test('an agent is given only what there is', async () => {
  await expect(
    owner.query(`update ai_agents set tools = '{find_gold}' where id = $1`, [agent]),
  ).rejects.toThrow('ai_tools_are_known');
});
