// Who talks to whom: segments as rooms, flows as lines, thick where much is sent; a matrix for many.

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Network } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { bytesText, counted, grouped, harmless, shortId } from '../data/words.ts';
import { Choice, Heads, Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { ContainerLink, Time } from '../parts/marks.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';
import { roomsDrawn } from './network-layout.ts';
import { NetworkMatrix, NetworkPicture } from './network-picture.tsx';
import { bytesOf, type Corridor, corridorsOf, internet, roomsOf } from './network-rooms.ts';

export function NetworkPage(): JSX.Element {
  const answer = answerTo<Network>('/network').value;
  return (
    <>
      <h1>Network</h1>
      <Shown answer={answer} what="the flows" retry={() => void refresh('/network')}>
        {(network) => (network.flows.length === 0 ? <NoFlows /> : <Told network={network} />)}
      </Shown>
    </>
  );
}

function NoFlows(): JSX.Element {
  return (
    <Empty title="No flow has been recorded.">
      <p>
        Flows come from the sensor; the <a href="#/">harbour</a> tells whether it is on and how to
        switch it on.
      </p>
    </Empty>
  );
}

function Told({ network }: { readonly network: Network }): JSX.Element {
  const find = (route.value.query.get('find') ?? '').toLowerCase();
  const found = useMemo(() => foundIn(network, find), [network, find]);
  const rooms = useMemo(() => roomsOf(found), [found]);
  const corridors = useMemo(() => corridorsOf(found), [found]);
  const [chosen, setChosen] = useState<Corridor | null>(null);
  const { query } = route.value;
  const form = query.get('form') ?? (rooms.length > roomsDrawn ? 'matrix' : 'rooms');
  const outside = corridors.filter(({ to }) => to === internet).length;
  const view = { rooms, corridors, chosen, onChosen: setChosen };
  return (
    <>
      <p>
        {counted(rooms.length, 'segment')} and {counted(found.flows.length, 'flow')} between{' '}
        {counted(found.nodes.length, 'endpoint')};{' '}
        {outside === 0
          ? 'none talks to the internet.'
          : `${counted(outside, 'segment')} talk${outside === 1 ? 's' : ''} to the internet.`}
      </p>
      <div class="tools">
        <Choice
          label="Form"
          words={[
            ['rooms', 'Rooms'],
            ['matrix', 'Matrix'],
          ]}
          value={form}
          onValue={(value) => replaceQuery({ form: value })}
        />
        <SearchField
          label="Search flows"
          placeholder="name, address, port"
          value={query.get('find') ?? ''}
          onValue={(value) => replaceQuery({ find: value })}
        />
        {chosen !== null && (
          <button type="button" onClick={() => setChosen(null)}>
            Show all flows
          </button>
        )}
      </div>
      <p class="legend">
        Arrows go from who asks to who answers; thick ones carry more. Choose one to see its flows.
      </p>
      {form === 'matrix' ? <NetworkMatrix {...view} /> : <NetworkPicture {...view} />}
      {network.truncated === true && (
        <p class="faint">More flows were recorded than this page was given.</p>
      )}
      <FlowList network={network} flows={flowsShown(found, corridors, chosen)} />
    </>
  );
}

/** Flows of which an end, the protocol or the port has the word, and their ends. */
function foundIn(network: Network, find: string): Network {
  if (find === '') return network;
  const names = new Map(network.nodes.map(({ id, name }) => [id, `${name ?? ''} ${id}`]));
  const flows = network.flows.filter(({ from, to, protocol, port }) =>
    `${names.get(from)} ${names.get(to)} ${protocol} ${port}`.toLowerCase().includes(find),
  );
  const ends = new Set(flows.flatMap(({ from, to }) => [from, to]));
  return { ...network, flows, nodes: network.nodes.filter(({ id }) => ends.has(id)) };
}

/** Those of the chosen line, as long as the search leaves it there. */
function flowsShown(
  found: Network,
  corridors: readonly Corridor[],
  chosen: Corridor | null,
): Network['flows'] {
  const same = corridors.find(({ from, to }) => from === chosen?.from && to === chosen.to);
  return same?.flows ?? found.flows;
}

function FlowList({
  network,
  flows,
}: {
  readonly network: Network;
  readonly flows: Network['flows'];
}): JSX.Element {
  const nodes = useMemo(() => new Map(network.nodes.map((one) => [one.id, one])), [network]);
  const name = (id: string): string => harmless(nodes.get(id)?.name ?? shortId(id));
  const own = useMemo(() => flows.toSorted((a, b) => bytesOf(b) - bytesOf(a)), [flows]);
  const end = (id: string): JSX.Element =>
    nodes.get(id)?.kind === 'container' ? (
      <ContainerLink id={id} name={nodes.get(id)?.name ?? null} />
    ) : (
      <code>{name(id)}</code>
    );
  return (
    <section aria-labelledby="flow-title">
      <h2 id="flow-title">Flows, most first</h2>
      <Scrolled label="Flows">
        <Parts items={own} noun="flow">
          {(shown) => (
            <table>
              <Heads words={['From', 'To', 'Port', 'Times', 'Sent', 'Received', 'Last']} />
              <tbody>
                {shown.map((flow, index) => (
                  <FlowRow
                    key={`${flow.from} ${flow.to} ${flow.port} ${index}`}
                    flow={flow}
                    end={end}
                  />
                ))}
              </tbody>
            </table>
          )}
        </Parts>
      </Scrolled>
    </section>
  );
}

function FlowRow({
  flow,
  end,
}: {
  readonly flow: Network['flows'][number];
  readonly end: (id: string) => JSX.Element;
}): JSX.Element {
  return (
    <tr>
      <td>{end(flow.from)}</td>
      <td>{end(flow.to)}</td>
      <td>{harmless(`${flow.protocol} ${flow.port}`)}</td>
      <td
        title={
          flow.count === 0 ? 'begun before it was watched, or seen from its end only' : undefined
        }
      >
        {flow.count === 0 ? '–' : grouped(flow.count)}
      </td>
      <td>{bytesText(flow.bytesSent)}</td>
      <td>{bytesText(flow.bytesReceived)}</td>
      <td>
        <Time at={flow.lastAt} />
      </td>
    </tr>
  );
}
