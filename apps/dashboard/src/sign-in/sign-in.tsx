import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ApiProblem, session } from '../api/client.js';

/** With an API key, or with what a one-time link has behind its #, which is taken out of the address at once. */
export const SignIn = ({ ended }: { readonly ended: boolean }) => {
  const client = useQueryClient();
  const [refused, setRefused] = useState<string | null>(null);
  const [key, setKey] = useState('');
  const link = useRef(window.location.hash.slice(1));

  const signIn = async (credential: object): Promise<void> => {
    setRefused(null);
    try {
      client.setQueryData(['session'], await session('POST', credential));
      await client.resetQueries({ queryKey: ['session'] });
    } catch (error) {
      setRefused(error instanceof ApiProblem ? `${error.message} (${error.code})` : String(error));
    }
  };
  useEffect(() => {
    const text = link.current;
    link.current = '';
    if (window.location.pathname === '/sign-in') window.history.replaceState(null, '', '/');
    if (text !== '') void signIn({ link: text });
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() !== '') void signIn({ key: key.trim() });
  };
  return (
    <main className="alone">
      <form className="sign-in" onSubmit={submit}>
        <h1>Commitment Ledger</h1>
        {ended && <p>Your sign-in is over. Sign in again; the page you were on comes back.</p>}
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          placeholder="cl_…"
          value={key}
          aria-describedby="key-help"
          aria-invalid={refused !== null}
          onChange={(event) => setKey(event.target.value)}
        />
        {refused !== null && (
          <p className="wrong" role="alert">
            {refused}
          </p>
        )}
        <button type="submit" className="primary">
          Sign in
        </button>
        <p id="key-help" className="quiet">
          <code>commitment-ledger key create NAME --role auditor</code> makes one. The demo prints a
          link that signs you in once. This browser keeps a session of twelve hours, not the key.
        </p>
      </form>
    </main>
  );
};
