import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { PASSWORD, signIn as askSession } from '../api/client.ts';
import { testStack } from './stack.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  // Maps are drawn with WebGL, by the processor where there is no graphics card.
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of this machine: `CHROMIUM_PATH`, else the usual places; without a window it costs half as much. */
function chromiumPath(): string {
  const places = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
  ];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) {
    throw new Error(
      'No Chromium found: install the package chromium-headless-shell or set CHROMIUM_PATH.',
    );
  }
  return found;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

/** A person at a screen of his own. What the page logs as an error is kept for the test to judge. */
export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    // A busy machine is slow, not wrong.
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${testStack().url}${path}`);
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** Chooses from a search box: types, then takes the first choice that matches. */
  async pick(field: string, text: string): Promise<void> {
    await this.page.getByRole('combobox', { name: field }).fill(text);
    await this.page
      .getByRole('option', { name: new RegExp(text, 'i') })
      .first()
      .click();
  }
}

export const SCREENS = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
};

interface Screen {
  isPhone?: boolean;
  /** Whether the portal may keep itself on this device; for all others that is work for nothing. */
  worksOffline?: boolean;
  /** Where the browser believes to be, such as `America/New_York`. */
  timezoneId?: string;
}

/** Somebody who is not signed in, at a fresh browser profile. */
export async function visitor(
  browser: Browser,
  screen: Screen = {},
  storageState?: BrowserContextOptions['storageState'],
): Promise<Person> {
  const context = await browser.newContext({
    ...(storageState === undefined ? {} : { storageState }),
    viewport: screen.isPhone ? SCREENS.phone : SCREENS.desktop,
    serviceWorkers: screen.worksOffline ? 'allow' : 'block',
    hasTouch: screen.isPhone ?? false,
    reducedMotion: 'reduce',
    ...(screen.timezoneId === undefined ? {} : { timezoneId: screen.timezoneId }),
  });
  return new Person(context, await context.newPage());
}

/**
 * A person who has signed in at a fresh browser profile and opens his first page. The session is
 * put where the portal keeps it: the way through the form is walked where it is the subject.
 */
export async function signIn(
  browser: Browser,
  email: string,
  screen: Screen = {},
): Promise<Person> {
  const { url } = testStack();
  const { status, text: session } = await askSession(email);
  if (status !== 200) throw new Error(`${email} could not sign in: ${session}`);
  // As supabase-js names it: by the first part of the host.
  const name = `sb-${new URL(url).hostname.split('.')[0]}-auth-token`;
  const kept = [{ origin: url, localStorage: [{ name, value: session }] }];
  const person = await visitor(browser, screen, { cookies: [], origins: kept });
  // Whoever goes on to another page does not wait for this one.
  await person.page.goto(url, { waitUntil: 'commit' });
  return person;
}

/** Signs a person in at the profile he has open. */
export async function enter(person: Person, email: string): Promise<void> {
  await person.open('/sign-in');
  await person.page.getByLabel('E-mail').fill(email);
  await person.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await person.button('Sign in').click();
  await person.page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Where the pages of a failed walk are kept. */
const PICTURES = join(import.meta.dirname, '../../.mzigo/browser');

/** Pictures of every open page, for whoever has to find out why a walk stopped. */
export async function photograph(browser: Browser): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.all(
    pages.map((page, index) =>
      page.screenshot({ path: join(PICTURES, `${index + 1}.png`), fullPage: true }),
    ),
  );
}
