// The frame around all pages: navigation, what is going on, the keys that work everywhere.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Status } from './data/answers.ts';
import { type Answer, answerTo } from './data/client.ts';
import { announcement, connection, progress } from './data/live.ts';
import { AlertsPage } from './pages/alerts.tsx';
import { AuditPage } from './pages/audit.tsx';
import { ContainerPage } from './pages/container.tsx';
import { DetectionsPage } from './pages/detections.tsx';
import { ExposurePage } from './pages/exposure.tsx';
import { GatePage } from './pages/gate.tsx';
import { HarbourPage } from './pages/harbour.tsx';
import { ImagePage } from './pages/image.tsx';
import { ImagesPage } from './pages/images.tsx';
import { LessonPage, LessonsPage } from './pages/lessons.tsx';
import { NetworkPage } from './pages/network.tsx';
import { KeyHelp } from './parts/key-help.tsx';
import { listenToKeys } from './parts/keys.ts';
import { Ship } from './parts/ship.tsx';
import { addressOf, type Route, route } from './routing.ts';

interface Entry {
  readonly page: string;
  readonly title: string;
  readonly show: (route: Route) => JSX.Element;
}

/** In the order of the navigation, which is also that of the keys g 1, g 2 and so on. */
const entries: readonly Entry[] = [
  { page: '', title: 'Harbour', show: () => <HarbourPage /> },
  {
    page: 'images',
    title: 'Images',
    show: ({ id }) => (id === null ? <ImagesPage /> : <ImagePage key={id} id={id} />),
  },
  { page: 'exposure', title: 'Exposure', show: () => <ExposurePage /> },
  { page: 'detections', title: 'Detections', show: () => <DetectionsPage /> },
  { page: 'alerts', title: 'Alerts', show: () => <AlertsPage /> },
  { page: 'network', title: 'Network', show: () => <NetworkPage /> },
  { page: 'gate', title: 'Gate', show: () => <GatePage /> },
  { page: 'audit', title: 'Audit', show: ({ id }) => <AuditPage id={id} /> },
  {
    page: 'lessons',
    title: 'Lessons',
    show: ({ id }) => (id === null ? <LessonsPage /> : <LessonPage key={id} id={id} />),
  },
];

/** A fleet has fewer pages than a machine; until that is known, and where it stays unknown, all. */
function entriesOf(status: Answer<Status>): readonly Entry[] {
  if (status.kind !== 'ready' || !Array.isArray(status.value.pages)) return entries;
  const { pages } = status.value;
  return entries.filter(({ page }) => page === '' || pages.includes(page));
}

export function App(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const status = answerTo<Status>('/status').value;
  const shownEntries = entriesOf(status);
  const isFleet = status.kind === 'ready' && status.value.scope === 'fleet';
  const addresses = shownEntries.map((one) => addressOf(one.page)).join('\n');
  useEffect(() => listenToKeys(addresses.split('\n')), [addresses]);
  const { page, id } = route.value;
  const isFirst = useRef(true);
  // A new page is read from its beginning, also by a screen reader.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [page, id]);
  return (
    <>
      <button class="skip" type="button" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="frame">
        <a class="brand" href="#/">
          <Ship /> Seaworthy
        </a>
        <nav aria-label="Pages">
          {shownEntries.map((entry) => (
            <a
              key={entry.page}
              href={addressOf(entry.page)}
              aria-current={entry.page === page ? 'page' : undefined}
            >
              {entry.title}
            </a>
          ))}
        </nav>
        {isFleet && <a href="/account">Account</a>}
        <Connected />
      </header>
      <Work />
      <main id="main" ref={main} tabIndex={-1}>
        {shown(route.value, shownEntries)}
      </main>
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
      <KeyHelp />
    </>
  );
}

function shown(current: Route, here: readonly Entry[]): ComponentChildren {
  if (current.page === 'containers' && current.id !== null) {
    return <ContainerPage key={current.id} id={current.id} />;
  }
  const entry = here.find(({ page }) => page === current.page);
  if (entry !== undefined) return entry.show(current);
  return (
    <section class="state">
      <h1>There is no such page.</h1>
      <p>
        Go on from the <a href="#/">harbour</a>.
      </p>
    </section>
  );
}

function Connected(): JSX.Element {
  const state = connection.value;
  const words = { live: 'live', connecting: 'connecting', lost: 'not live' }[state];
  const why = {
    live: 'This page follows what happens',
    connecting: 'Waiting for the stream of events',
    lost: 'The stream of events broke; the browser tries again',
  }[state];
  return (
    <span class={`connection is-${state}`} title={why}>
      {words}
    </span>
  );
}

/** Long work shows how far it is. */
function Work(): JSX.Element | null {
  const work = progress.value;
  if (work === null) return null;
  const { what, done, total } = work;
  return (
    <div class="work" role="status">
      <span>{what}</span>
      <progress value={done} max={total} aria-label={what}>
        {done} of {total}
      </progress>
      <span>
        {done} of {total}
      </span>
    </div>
  );
}
