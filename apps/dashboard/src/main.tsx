import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/client.js';
import { App } from './app.js';
import { applyTheme } from './state/theme.js';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';

applyTheme();

/** What was refused for a reason is not asked again by itself; a server that is away is. */
const worthAnotherTry = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500);

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: worthAnotherTry } },
});

const root = document.getElementById('root');
if (root === null) throw new Error('the document has no place for the page');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
