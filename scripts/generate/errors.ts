import type { Catalogue } from './catalogue.ts';
import { code, page, table } from './markdown.ts';
import { SQLSTATES } from './sqlstates.ts';

const STATUS_NAMES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict with the present state',
  422: 'Input not valid',
  429: 'Too many requests',
};

/** `docs/errors.md`: every key that a caller can meet, with what happened and what to do. */
export function renderErrors({ errors }: Catalogue): string {
  const statuses = [...new Set(errors.map((error) => error.status))].sort((a, b) => a - b);
  const sections = statuses.map((status) => {
    const rows = errors
      .filter((error) => error.status === status)
      .map((error) => [code(error.key), error.sentence, error.next_step]);
    return `## ${status} ${STATUS_NAMES[status] ?? ''}\n\n${table(['Key', 'What happened', 'What to do next'], rows)}`;
  });
  return page(
    '# Errors',
    `Every refusal by a rule of ours is one of these ${errors.length} keys. Over HTTP it looks like this; the key is the
contract, sentences may change:`,
    '```json\n' +
      JSON.stringify(
        {
          code: 'PT409',
          message: 'order_transition_illegal',
          details: '{"id": "…", "from": "draft", "command": "approve"}',
          hint: 'What happened. What to do next.',
        },
        null,
        2,
      ) +
      '\n```',
    `- \`message\` is the key, \`hint\` the sentence and the next step, \`details\` a JSON text with the rows or fields concerned.
- \`code\` is \`PT\` and the HTTP status, or \`42501\` for 403.
- An id of another company is answered exactly like an id that does not exist.
- The values of a row that people write themselves are looked at in the same way (decision 14): a broken CHECK is the
  error with its name, what is missing is \`input_invalid\`, what refers to nothing \`record_not_found\`.
- What PostgreSQL refuses before there is a row keeps its own SQLSTATE; these are at the end.`,
    ...sections,
    `## Of PostgreSQL itself\n\nHere \`code\` is the key; \`message\` quotes the value.\n\n${table(
      ['Code', 'HTTP', 'What happened', 'What to do next'],
      SQLSTATES.map((state) => [
        code(state.code),
        String(state.status),
        state.sentence,
        state.next_step,
      ]),
    )}`,
  );
}
