// Rows of an answer (container and package) as lives: a container once, those of an image together. Pure.
import type { ExposureRow } from '../data/answers.ts';

export interface ContainerLife {
  /** The row that says most: one whose package was used, if any was. */
  readonly row: ExposureRow;
  readonly packages: readonly string[];
}

export interface LifeGroup {
  readonly key: string;
  readonly image: ExposureRow['container']['image'];
  /** Those that run first, in the order of the answer. */
  readonly lives: readonly ContainerLife[];
  readonly packages: readonly string[];
}

/** Images of which something runs come first. */
export function livesOf(rows: readonly ExposureRow[]): readonly LifeGroup[] {
  const byImage = Map.groupBy(rows, ({ container }) => keyOf(container.image));
  const groups = [...byImage].flatMap(([key, own]): LifeGroup[] => {
    const [first] = own;
    if (first === undefined) return [];
    const lives = [...Map.groupBy(own, ({ container }) => container.id).values()].flatMap(lifeOf);
    const running = lives.filter(({ row }) => row.running);
    const ended = lives.filter(({ row }) => !row.running);
    const { image } = first.container;
    return [{ key, image, lives: [...running, ...ended], packages: purlsOf(own) }];
  });
  const isAlive = ({ lives }: LifeGroup): number => (lives[0]?.row.running === true ? 1 : 0);
  return groups.sort((a, b) => isAlive(b) - isAlive(a));
}

/** The rows of one container. */
function lifeOf(rows: readonly ExposureRow[]): readonly ContainerLife[] {
  const row = rows.find(({ inUse }) => inUse === true) ?? rows[0];
  return row === undefined ? [] : [{ row, packages: purlsOf(rows) }];
}

function keyOf({ id, reference }: ExposureRow['container']['image']): string {
  return id ?? reference ?? '';
}

function purlsOf(rows: readonly ExposureRow[]): readonly string[] {
  return [...new Set(rows.map((one) => one.package.purl))];
}
