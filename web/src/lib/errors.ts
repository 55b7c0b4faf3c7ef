import { fieldsOf } from './fields.ts';
import { m } from '#lib/first_words.ts';

/** An error as the portal shows it: what happened, and what to do next. */
export class PortalError extends Error {
  /** Stable key of the database or of the portal itself. */
  readonly key: string;
  readonly status: number;
  readonly hint: string;
  /** Rows or fields concerned, as the database named them. */
  readonly details: Record<string, unknown>;
  /** What a form shows at its fields, by their names. */
  readonly fields: Record<string, string>;
  /** True when the same call, sent again unchanged, may succeed. */
  readonly retryable: boolean;

  constructor(parts: {
    key: string;
    status: number;
    message: string;
    hint?: string;
    details?: Record<string, unknown>;
    fields?: Record<string, string>;
    retryable?: boolean;
  }) {
    super(parts.message);
    this.name = 'PortalError';
    this.key = parts.key;
    this.status = parts.status;
    this.hint = parts.hint ?? '';
    this.details = parts.details ?? {};
    this.fields = parts.fields ?? fieldsOf(this.key, this.details, sentence(this));
    this.retryable = parts.retryable ?? false;
  }
}

/** A record was written in another version than the one that was seen; `message` says which record. */
export function changedMeanwhile(
  message: string,
  hint = m.look_at_the_change_and_apply_yours(),
): PortalError {
  return new PortalError({ key: 'version_conflict', status: 409, message, hint });
}

/** What a form does not send: what is wrong stands at its fields. */
export function notReady(fields: Record<string, string>): PortalError {
  return new PortalError({
    key: 'form_not_ready',
    status: 422,
    message: Object.values(fields)[0] ?? m.something_is_missing(),
    fields,
  });
}

interface Words {
  sentence: string;
  step: string;
}

/**
 * Key to sentence. The database sends its own sentence and next step with every error (`hint`);
 * here stand the errors of the layers around it, and those that a page can say better.
 */
const WORDS: Record<string, Words> = {
  network_unreachable: {
    sentence: m.the_server_cannot_be_reached(),
    step: m.check_the_connection_and_try_again_nothing(),
  },
  session_expired: {
    sentence: m.you_have_been_signed_out(),
    step: m.sign_in_again_to_continue_where_you(),
  },
  server_busy: {
    sentence: m.the_server_was_busy_with_the_same(),
    step: m.try_again_in_a_moment(),
  },
  server_unavailable: {
    sentence: m.the_server_does_not_answer_just_now(),
    step: m.try_again_in_a_moment_nothing_you(),
  },
  permission_denied: {
    sentence: m.your_role_does_not_allow_this(),
    step: m.ask_an_administrator_of_your_company_if(),
  },
  invalid_credentials: {
    sentence: m.the_e_mail_address_or_the_password(),
    step: m.check_both_or_reset_the_password_after(),
  },
  user_banned: {
    sentence: m.this_account_has_been_locked(),
    step: m.ask_an_administrator_of_your_company(),
  },
  email_not_confirmed: {
    sentence: m.this_e_mail_address_has_not_been(),
    step: m.follow_the_link_in_the_message_that(),
  },
  validation_failed: {
    sentence: m.what_was_entered_cannot_be_read(),
    step: m.check_the_e_mail_address_and_the(),
  },
  over_request_rate_limit: {
    sentence: m.too_many_attempts_in_a_short_time(),
    step: m.wait_a_minute_and_try_again(),
  },
  unexpected: {
    sentence: m.something_went_wrong_that_this_page_did(),
    step: m.try_again_if_it_happens_again_tell(),
  },
};

const RETRYABLE = new Set(['40001', '40P01', '55P03', 'PT503']);
/** Answers of whatever stands in between, and of a server that has too much to do just now. */
const TEMPORARY = new Set([408, 429, 502, 503, 504]);

/** Keys of the database are lower snake case ASCII; anything else is a text of some other layer. */
const KEY = /^[a-z][a-z0-9_]{2,80}$/;

interface ServerError {
  code?: string;
  message?: string;
  details?: unknown;
  hint?: string | null;
  status?: number;
}

/** Reads the JSON in `details`, which PostgREST hands over as text. */
function parseDetails(details: unknown): Record<string, unknown> {
  if (typeof details === 'object' && details !== null) return details as Record<string, unknown>;
  if (typeof details !== 'string' || !details.startsWith('{')) return {};
  try {
    return JSON.parse(details) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** "What happened. What to do." as the two parts that the portal shows apart. */
function split(hint: string): Words {
  const end = hint.search(/[.!?]\s/);
  return end < 0
    ? { sentence: hint, step: '' }
    : { sentence: hint.slice(0, end + 1), step: hint.slice(end + 1).trim() };
}

function known(key: string): Words {
  return WORDS[key] ?? (WORDS.unexpected as Words);
}

function build(key: string, status: number, error: ServerError): PortalError {
  const words = WORDS[key] ?? (error.hint ? split(error.hint) : known('unexpected'));
  return new PortalError({
    key,
    status,
    message: words.sentence,
    hint: words.step,
    details: parseDetails(error.details),
    retryable:
      TEMPORARY.has(status) ||
      key === 'network_unreachable' ||
      RETRYABLE.has(String(error.code ?? '')),
  });
}

/** A limit of the layers in between: of their texts only the seconds to wait are for people. */
function tooMany(message: string): PortalError {
  const seconds = Number(/(\d+) seconds?\b/.exec(message)?.[1] ?? 0);
  if (seconds === 0) return build('over_request_rate_limit', 429, {});
  const wait =
    seconds > 90
      ? m.seconds_minutes({ seconds: Math.ceil(seconds / 60) })
      : m.seconds_seconds({ seconds });
  const hint = m.too_many_attempts_in_a_short_time_try({ wait });
  return build('too_many_attempts', 429, { hint });
}

/**
 * Constraints are named as sentences (`credit_limit_is_bounded`), so a refused value can be told
 * without a table that repeats every constraint.
 */
function constraintWords(
  code: string,
  message: string,
  details: unknown,
): { key: string; hint: string; details?: Record<string, unknown> } | null {
  const column =
    /\((?:tenant_id, )?([a-z_, ]+)\)=/.exec(String(details ?? ''))?.[1] ??
    /constraint "[a-z_]+_tenant_id_([a-z_]+)_key"/.exec(message)?.[1] ??
    /null value in column "([a-z_]+)"/.exec(message)?.[1];
  const concerned = Object.fromEntries(
    (column?.split(', ') ?? []).map((name) => [name, 'not accepted']),
  );
  if (code === '23505') {
    const what = column ? column.replaceAll('_', ' ') : 'value';
    return {
      key: 'value_taken',
      hint: m.there_is_already_a_record_with_this({ what }),
      details: concerned,
    };
  }
  if (code === '23502') {
    return {
      key: 'value_missing',
      hint: m.a_value_that_is_needed_is_missing(),
      details: concerned,
    };
  }
  if (code === '23503') {
    return {
      key: 'reference_broken',
      details: concerned,
      hint: m.a_record_this_one_refers_to_does(),
    };
  }
  const broken = /violates (?:check|exclusion) constraint "([a-z0-9_]+)"/.exec(message)?.[1];
  if (broken || code === '23514' || code === '23P01') {
    const name = broken ?? 'value_is_not_allowed';
    const words = name.replaceAll('_', ' ');
    return {
      key: name,
      hint: m.this_breaks_the_rule_words_correct_the({ words }),
    };
  }
  if (code.startsWith('22')) {
    return {
      key: 'value_invalid',
      hint: m.one_of_the_values_is_not_valid(),
    };
  }
  return null;
}

/** Any failure, whatever threw it, as a sentence with a next step. */
export function toPortalError(cause: unknown, httpStatus = 0): PortalError {
  if (cause instanceof PortalError) return cause;
  const error = (typeof cause === 'object' && cause !== null ? cause : {}) as ServerError;
  // Errors of the browser itself have a number there.
  const code = typeof error.code === 'string' ? error.code : '';
  const message = error.message ?? '';
  const status = /^PT\d{3}$/.test(code)
    ? Number(code.slice(2))
    : httpStatus || Number(error.status) || 0;

  if (!code && (status === 0 || /failed to fetch|networkerror|load failed/i.test(message))) {
    return build('network_unreachable', 0, {});
  }
  if (KEY.test(message)) return build(message, status, error);
  const constraint = constraintWords(code, message, error.details);
  if (constraint) return build(constraint.key, 422, constraint);
  if (RETRYABLE.has(code)) return build('server_busy', status, error);
  if (status === 429) return tooMany(message);
  if (TEMPORARY.has(status)) return build('server_unavailable', status, error);
  if (code in WORDS) return build(code, status, {});
  if (status === 401) return build('session_expired', 401, {});
  if (code === '42501' || status === 403) return build('permission_denied', 403, error);
  if (KEY.test(code)) return build(code, status, {});
  return build('unexpected', status, error);
}

/** The whole error in one line, for forms, toasts and assistive technology. */
export function sentence(error: Pick<PortalError, 'message' | 'hint'>): string {
  return [error.message, error.hint].filter(Boolean).join(' ');
}
