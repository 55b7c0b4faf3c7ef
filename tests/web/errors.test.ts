import { expect, test } from 'vitest';
import { PortalError, sentence, toPortalError } from '../../web/src/lib/errors.ts';

test('an error of the database is its own sentence and next step', () => {
  const error = toPortalError(
    {
      code: 'PT409',
      message: 'stock_short',
      details: '{"lines": [{"sku": "COL-300", "required": 10, "available": 4}]}',
      hint: 'There is not enough stock. Order less, or allow a backorder.',
    },
    409,
  );
  expect(error).toMatchObject({
    key: 'stock_short',
    status: 409,
    message: 'There is not enough stock.',
    hint: 'Order less, or allow a backorder.',
    details: { lines: [{ sku: 'COL-300', required: 10, available: 4 }] },
    retryable: false,
  });
  expect(sentence(error)).toBe('There is not enough stock. Order less, or allow a backorder.');
});

test('no network, a deadline and a busy server may be tried again, a refusal may not', () => {
  for (const cause of [
    new TypeError('Failed to fetch'),
    new DOMException('The operation timed out.', 'TimeoutError'),
    { message: 'TypeError: Load failed', code: '', details: '' },
  ]) {
    expect(toPortalError(cause)).toMatchObject({ key: 'network_unreachable', retryable: true });
  }
  for (const status of [408, 429, 502, 503, 504]) {
    expect(toPortalError({ message: '<html>' }, status)).toMatchObject({ retryable: true });
  }
  for (const code of ['40001', '40P01', '55P03']) {
    expect(toPortalError({ code, message: 'deadlock detected' }, 500)).toMatchObject({
      key: 'server_busy',
      retryable: true,
    });
  }
  expect(toPortalError({ code: 'PT422', message: 'lines_invalid' }, 422).retryable).toBe(false);
});

test('a limit that was reached says how long to wait, in words of ours', () => {
  const limit = (msg: string) =>
    sentence(toPortalError({ code: 'over_request_rate_limit', message: msg, status: 429 }, 429));
  expect(limit('Too many failed sign-ins; try again in 40 seconds.')).toBe(
    'Too many attempts in a short time. Try again in 40 seconds.',
  );
  expect(limit('For security purposes, you can only request this after 280 seconds.')).toBe(
    'Too many attempts in a short time. Try again in 5 minutes.',
  );
  for (const raw of ['Request rate limit reached', '<html>', '']) {
    expect(limit(raw)).toBe('Too many attempts in a short time. Wait a minute and try again.');
  }
});

test('no refusal of the sign-in shows a text of the layers in between', () => {
  const refusals = [
    [400, 'invalid_credentials', 'Invalid login credentials', /password is wrong/],
    [400, 'email_not_confirmed', 'Email not confirmed', /not been confirmed/],
    [400, 'validation_failed', 'Unable to validate email address', /cannot be read/],
    [403, 'user_banned', 'User is banned', /has been locked/],
    [422, 'email_provider_disabled', 'Email logins are disabled', /did not expect/],
    [500, undefined, '{"code":500,"msg":"Database error querying schema"}', /did not expect/],
    [503, undefined, 'HTTP 503', /does not answer just now/],
    [504, 'request_timeout', 'Processing this request timed out', /does not answer just now/],
  ] as const;
  for (const [status, code, message, said] of refusals) {
    const text = sentence(toPortalError({ code, message, status }, status));
    expect(text).toMatch(said);
    expect(text).not.toContain(message);
  }
});

test('a broken rule of a table is told by its name', () => {
  const bounded = { code: '23514', message: 'violates check constraint "credit_limit_is_bounded"' };
  expect(sentence(toPortalError(bounded, 400))).toBe(
    'This breaks the rule: credit limit is bounded. Correct the value and send it again.',
  );
  const taken = {
    code: '23505',
    message: 'duplicate key value violates unique constraint "x"',
    details: 'Key (tenant_id, code)=(x, A)',
  };
  expect(sentence(toPortalError(taken, 409))).toBe(
    'There is already a record with this code. Choose another.',
  );
});

test('signed out and not allowed are two different things', () => {
  expect(toPortalError({ message: 'JWT expired', code: 'PGRST301' }, 401).key).toBe(
    'session_expired',
  );
  expect(toPortalError({ message: 'permission denied', code: '42501' }, 403).key).toBe(
    'permission_denied',
  );
});

test('what nobody expected is a sentence too and shows nothing of the inside', () => {
  for (const odd of [null, undefined, 'x', 7, { message: 'relation "x" does not exist' }]) {
    const error = toPortalError(odd, 500);
    expect(sentence(error)).toBe(
      'Something went wrong that this page did not expect. Try again; if it happens again, tell your administrator what you did.',
    );
  }
  const own = new PortalError({ key: 'k', status: 1, message: 'Mine.' });
  expect(toPortalError(own)).toBe(own);
});

test('details that are no JSON do no harm', () => {
  expect(
    toPortalError({ code: 'PT409', message: 'some_key', details: '{oops' }, 409).details,
  ).toEqual({});
});
