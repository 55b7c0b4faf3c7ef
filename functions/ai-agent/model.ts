import { z } from 'zod';

/** What is said to a model and by it, as the Chat Completions API of OpenAI has it. */
export type Message =
  | { role: 'system' | 'user' | 'assistant'; content: string }
  | { role: 'assistant'; content: string | null; tool_calls: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export interface Tool {
  name: string;
  description: string;
  /** A JSON schema. */
  parameters: Record<string, unknown>;
}

export interface Turn {
  content: string | null;
  toolCalls: ToolCall[];
  tokensIn: number;
  tokensOut: number;
}

export interface Model {
  name: string;
  /** Its next turn. Throws {@link ModelFailure}. */
  next(messages: Message[], tools: Tool[]): Promise<Turn>;
}

/** Why there is no turn. */
export class ModelFailure extends Error {
  override name = 'ModelFailure';
  readonly key: 'ai_model_refused' | 'ai_model_unreachable';

  constructor(key: ModelFailure['key'], message: string) {
    super(message);
    this.key = key;
  }

  /** Nothing but a person helps. */
  get isFinal(): boolean {
    return this.key === 'ai_model_refused';
  }
}

const TIMEOUT_MS = 20_000;
const MOST_TOKENS = 600;

const turnSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/** Any server that speaks Chat Completions with tools. */
export function chatCompletions(
  { url, key, name }: { url: string; key: string | null; name: string },
  send: typeof fetch,
): Model {
  return {
    name,
    async next(messages, tools) {
      const answer = turnSchema.safeParse(
        await ask(send, `${url.replace(/\/$/, '')}/chat/completions`, key, {
          model: name,
          messages,
          max_tokens: MOST_TOKENS,
          temperature: 0,
          ...(tools.length > 0 && {
            tools: tools.map((tool) => ({ type: 'function', function: tool })),
          }),
        }),
      );
      if (!answer.success) throw new ModelFailure('ai_model_unreachable', 'Not an answer');
      const { choices, usage } = answer.data;
      const message = choices[0]?.message;
      return {
        content: message?.content ?? null,
        toolCalls: message?.tool_calls ?? [],
        tokensIn: usage?.prompt_tokens ?? 0,
        tokensOut: usage?.completion_tokens ?? 0,
      };
    },
  };
}

async function ask(send: typeof fetch, url: string, key: string | null, question: unknown) {
  try {
    const response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(question),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return (await response.json()) as unknown;
    await response.body?.cancel();
    // Too many questions, and its own mistakes, pass.
    const isPassing = response.status === 408 || response.status === 429 || response.status >= 500;
    throw new ModelFailure(
      isPassing ? 'ai_model_unreachable' : 'ai_model_refused',
      `It answered ${response.status}`,
    );
  } catch (error) {
    if (error instanceof ModelFailure) throw error;
    throw new ModelFailure('ai_model_unreachable', error instanceof Error ? error.name : '');
  }
}
