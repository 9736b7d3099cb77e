import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
const KEPT_AS = 'theme';
const listeners = new Set<() => void>();

const chosen = (): Theme => {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
};

/** Before anything is drawn, so that nobody sees the other one first. */
export const applyTheme = (): void => {
  document.documentElement.dataset['theme'] = chosen();
};

export const setTheme = (theme: Theme): void => {
  localStorage.setItem(KEPT_AS, theme);
  applyTheme();
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useTheme = (): Theme => useSyncExternalStore(subscribe, chosen);
