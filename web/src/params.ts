import { defineParams } from '@sveltejs/kit/params';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An address with anything else in the place of an id leads to no page, so nobody is asked about it. */
export const params = defineParams({
  uuid: (param) => (UUID.test(param) ? param : undefined),
});
