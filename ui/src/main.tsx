// Starts the dashboard.
import { render } from 'preact';
import { App } from './app.tsx';
import { loadContainers } from './data/containers.ts';
import { followLive } from './data/live.ts';
import { followAddress } from './routing.ts';

followAddress();
render(<App />, document.body);
void loadContainers();
followLive();
