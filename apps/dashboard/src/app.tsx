import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { ApiProblem } from './api/client.js';
import { CommitmentPage } from './commitment/commitment-page.js';
import { ConcentrationPage } from './concentration/concentration-page.js';
import { EntryDrawer } from './entry/entry-drawer.js';
import { ExplainDrawer } from './explain/explain-drawer.js';
import { ObligationsPage } from './obligations/obligations-page.js';
import { PortfolioPage } from './portfolio/portfolio-page.js';
import { Shell } from './shell/shell.js';
import { SignIn } from './sign-in/sign-in.js';
import { isOfAnother } from './state/owner.js';
import { signedIn } from './state/questions.js';

/** Nobody sees a page before it is known who asks; whoever may see nothing is told which role may. */
export const App = () => {
  const { data: who, error } = useQuery(signedIn());
  const isAnother = who !== undefined && isOfAnother(who);
  useEffect(() => {
    if (isAnother) window.location.reload();
  }, [isAnother]);
  if (error instanceof ApiProblem && error.status === 401)
    return <SignIn ended={error.code === 'session-ended'} />;
  if (who === undefined || isAnother)
    return (
      <main className="alone" role="status">
        <p>{error === null ? 'Loading …' : `${error.message} It is asked again every minute.`}</p>
      </main>
    );
  if (who.role === 'poster')
    return (
      <Shell who={who}>
        <h1>Nothing to see with this key</h1>
        <p>
          The role <strong>poster</strong> posts usage and sees nothing but the answers to it. To
          look at commitments, sign in with a key of the role auditor, operator, approver or admin.
        </p>
      </Shell>
    );
  return (
    <Shell who={who}>
      <Switch>
        <Route path="/">
          <PortfolioPage />
        </Route>
        <Route path="/commitments/:id">{({ id }) => <CommitmentPage key={id} id={id} />}</Route>
        <Route path="/concentration">
          <ConcentrationPage />
        </Route>
        <Route path="/obligations">
          <ObligationsPage />
        </Route>
        <Route>
          <h1>There is no such page</h1>
        </Route>
      </Switch>
      <ExplainDrawer />
      <EntryDrawer />
    </Shell>
  );
};
