import { DoorIsOpen, type Door } from './door.ts';
import { unsoundTokens } from './unsound.ts';

export const door: Door = {
  name: 'Nobody listens to what is not his',
  async attempt(target) {
    const owner = await target.signIn('owner@acme.test');
    const stranger = await target.signIn('owner@globex.test');
    const company = await target.companyOf(owner.accessToken);
    const topics = ['', ':orders.view', ':payments.view'].map((it) => `tenant:${company}${it}`);
    const tokens = {
      ...unsoundTokens(target),
      'of another company': stranger.accessToken,
      'that is the publishable key': target.publishableKey,
    };
    for (const topic of [...topics, '*', 'tenant:', 'tenant:%']) {
      for (const [kind, token] of Object.entries(tokens)) {
        const answer = await target.join(topic, token);
        if (answer === 'ok') throw new DoorIsOpen(`${topic} was opened with a token ${kind}`);
      }
    }
    for (const topic of topics) {
      const answer = await target.join(topic, owner.accessToken, false);
      if (answer === 'ok') throw new DoorIsOpen(`${topic} was opened as a public channel`);
    }
    return `${Object.keys(tokens).length} tokens at ${topics.length + 3} topics`;
  },
};
