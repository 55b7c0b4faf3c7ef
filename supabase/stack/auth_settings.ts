import { StackError } from './errors.ts';

/**
 * Every setting under `[auth]` that means something on the embedded stack. Whoever writes another one
 * into `config.toml` believes in a protection that would not be there, so the start refuses it.
 */
const SETTINGS: Record<string, 'passed on' | 'ours' | readonly unknown[]> = {
  enabled: [true],
  site_url: 'passed on',
  additional_redirect_urls: 'passed on',
  jwt_expiry: 'passed on',
  enable_refresh_token_rotation: 'passed on',
  refresh_token_reuse_interval: 'passed on',
  minimum_password_length: 'passed on',
  password_requirements: 'passed on',
  'sessions.timebox': 'passed on',
  'sessions.inactivity_timeout': 'passed on',
  // Kept by the database: private.begin_proof and the hook.
  'rate_limit.sign_in_sign_ups': [30],
  'rate_limit.token_refresh': [150],
  'rate_limit.token_verifications': [30],
  'hook.password_verification_attempt.enabled': 'ours',
  'hook.password_verification_attempt.uri': 'ours',
  // No route leads to any of these (`routes.ts`), so the only honest value is that there is none of it.
  enable_signup: [false],
  enable_anonymous_sign_ins: [false],
  enable_manual_linking: [false],
  'sms.enabled': [false],
  'mfa.max_enrolled_factors': [0],
  'mfa.totp.enroll_enabled': [false],
  'mfa.totp.verify_enabled': [false],
  'mfa.phone.enroll_enabled': [false],
  'mfa.phone.verify_enabled': [false],
};

/** Of use on a hosted project only: they concern routes that the embedded stack does not have. */
const HOSTED_ONLY =
  /^(email\.|sms\.enable_confirmations$|rate_limit\.(anonymous_users|web3|email_sent|sms_sent)$)/;

/**
 * The settings under `[auth]` for the engine.
 *
 * @throws {StackError} naming the first setting that the embedded stack cannot keep
 */
export function engineSettings(auth: object): Record<string, unknown> {
  const passed: Record<string, unknown> = {};
  for (const [name, value] of leaves(auth)) {
    if (HOSTED_ONLY.test(name)) continue;
    const known = SETTINGS[name];
    if (known === undefined) {
      throw new StackError(
        `supabase/config.toml sets auth.${name}, which the embedded stack cannot keep; take it out, or set it on the hosted project.`,
      );
    }
    if (typeof known !== 'string' && !known.includes(value)) {
      throw new StackError(
        `supabase/config.toml sets auth.${name} = ${JSON.stringify(value)}; the embedded stack only does ${known.map((it) => JSON.stringify(it)).join(' or ')}.`,
      );
    }
    if (known === 'ours') continue;
    const [group = '', key] = name.split('.');
    if (key === undefined) passed[group] = value;
    else if (known === 'passed on') passed[group] = { ...(passed[group] ?? {}), [key]: value };
  }
  return passed;
}

function leaves(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leaves(inner, `${prefix}${key}.`)
      : [[`${prefix}${key}`, inner] as [string, unknown]],
  );
}
