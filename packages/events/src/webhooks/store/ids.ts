/**
 * What ids of endpoints and deliveries are made of. No row has another, and PostgreSQL refuses a NUL, so an id that a
 * client sent is looked at before it is looked for.
 */
export const ID: RegExp = /^[\w.-]{1,128}$/;
