/**
 * Where a browser is signed in, once, as whose key it is. Null: nobody built the dashboard, as where the sources run as they
 * are, and `/` leads to the documentation.
 */
export const signInLink = async (url: string, key: string): Promise<string | null> => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const page = await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' });
  if (page.status !== 200) return null;
  const made = await fetch(`${url}/session/links`, { method: 'POST', headers, body: '{}' });
  if (!made.ok) return null;
  const { path } = (await made.json()) as { readonly path: string };
  return `${url}${path}`;
};
