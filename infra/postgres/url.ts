/** Percent-decoding as pg does it: a % that begins no code stands for itself, so that a password as people write it logs in here too. */
const decoded = (text: string): string =>
  decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));

/** Whom a connection URL logs in as; empty where it does not say (then the environment and the system decide). */
export const roleIn = (url: string): string => {
  const { searchParams, username } = new URL(url);
  return searchParams.get('user') ?? decoded(username);
};

export const passwordIn = (url: string): string => {
  const { searchParams, password } = new URL(url);
  return searchParams.get('password') ?? decoded(password);
};

/** The same database as another role. */
export const asRole = (url: string, role: string, password: string): string => {
  const changed = new URL(url);
  for (const name of ['user', 'password', 'options']) changed.searchParams.delete(name);
  if (changed.host === '') {
    // A URL without a host (a socket's folder is among the parameters) cannot carry a user in front of it.
    changed.searchParams.set('user', role);
    changed.searchParams.set('password', password);
  } else {
    changed.username = encodeURIComponent(role);
    changed.password = encodeURIComponent(password);
  }
  return changed.toString();
};

/** Host and database, for people: never a password. */
export const placeIn = (url: string): string => {
  const { host, pathname, searchParams } = new URL(url);
  return `${host || (searchParams.get('host') ?? 'local')}${pathname}`;
};
