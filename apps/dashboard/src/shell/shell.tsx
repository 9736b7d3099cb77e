import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Signed } from '../api/types.js';
import { Icon } from '../parts/icon.js';
import { isNow, useHref, useMoment } from '../state/address.js';
import { useStream } from '../state/live.js';
import { Freshness } from './freshness.js';
import { Moment, NotNow } from './moment.js';
import { Person } from './person.js';

const PAGES = [
  ['/', 'Portfolio', 'portfolio'],
  ['/obligations', 'Obligations', 'obligations'],
  ['/concentration', 'Concentration', 'concentration'],
] as const;

interface ShellProps {
  readonly who: Signed;
  readonly children: ReactNode;
}

/** What is around every page: where one is, whose figures these are, of when, and how fresh. */
export const Shell = ({ who, children }: ShellProps) => {
  const [path] = useLocation();
  const href = useHref();
  const now = isNow(useMoment());
  // Whose key posts usage only is told of nothing.
  const sees = who.role !== 'poster';
  useStream(sees);
  return (
    <div className={now ? 'shell' : 'shell not-now'}>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <nav className="rail" aria-label="Pages">
        <span className="brand">
          <span className="mark" aria-hidden="true" />
          <span>Commitment Ledger</span>
        </span>
        {PAGES.map(([to, name, icon]) => (
          <Link key={to} href={href(to)} aria-current={path === to ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{name}</span>
          </Link>
        ))}
        <a href="/docs" className="last">
          <Icon name="docs" />
          <span>API</span>
        </a>
      </nav>
      <header className="top">
        <span className="tenant">
          <span className="unseen">Tenant </span>
          {who.tenant}
        </span>
        {sees && <Moment />}
        {sees && <Freshness />}
        <Person who={who} />
      </header>
      <main id="page" tabIndex={-1}>
        <NotNow />
        {children}
      </main>
    </div>
  );
};
