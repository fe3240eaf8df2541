// Starts the dashboard: what it needs is asked for before anything is drawn.
import { render } from 'preact';
import { App } from './app.tsx';
import { loadContainers } from './data/containers.ts';
import { followLive } from './data/live.ts';
import { followAddress } from './routing.ts';

// Heard before it is asked: what happens in between is missed by neither.
followLive();
void loadContainers();
followAddress();
render(<App />, document.body);
