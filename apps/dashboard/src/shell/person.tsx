import { useQueryClient } from '@tanstack/react-query';
import { session } from '../api/client.js';
import type { Signed } from '../api/types.js';
import { Icon } from '../parts/icon.js';
import { setTheme, useTheme } from '../state/theme.js';

/** Who is signed in, the theme, and the way out. */
export const Person = ({ who }: { readonly who: Signed }) => {
  const theme = useTheme();
  const client = useQueryClient();
  const other = theme === 'dark' ? 'light' : 'dark';
  const signOut = async (): Promise<void> => {
    await session('DELETE').catch(() => undefined);
    client.clear();
    window.location.assign('/');
  };
  return (
    <span className="person">
      <span className="who">
        <span>{who.name}</span>
        <span className="quiet">{who.role}</span>
      </span>
      <button type="button" className="plain" onClick={() => setTheme(other)}>
        <Icon name={other === 'light' ? 'sun' : 'moon'} />
        <span className="unseen">Use the {other} theme</span>
      </button>
      <button type="button" className="plain" onClick={() => void signOut()}>
        <Icon name="out" />
        <span className="unseen">Sign out</span>
      </button>
    </span>
  );
};
