// Starts the dashboard: what it needs is asked for before anything is drawn.
import { render } from 'preact';
import { App } from './app.tsx';
import { answerTo } from './data/client.ts';
import { loadContainers } from './data/containers.ts';
import { followLive } from './data/live.ts';
import { followAddress, route } from './routing.ts';

// Heard before it is asked: what happens in between is missed by neither.
followLive();
if (route.value.page === '') answerTo('/harbour');
void loadContainers();
answerTo('/status');
followAddress();
render(<App />, document.body);
