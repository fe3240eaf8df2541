// Whether an element is on the screen or near it: what is far away need not be drawn. Print draws all.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** Drawn before it is scrolled to, so that nobody sees it come. */
const margin = '800px';

export function useNear(place: RefObject<Element | null>): boolean {
  const [isNear, setNear] = useState(false);
  // What is on the screen belongs to the first picture; what is near it comes with the next.
  useLayoutEffect(() => {
    const box = place.current?.getBoundingClientRect();
    if (box !== undefined && box.top < innerHeight && box.bottom > 0) setNear(true);
  }, [place]);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)?.isIntersecting === true),
      { rootMargin: margin },
    );
    observer.observe(place.current);
    const show = (): void => setNear(true);
    addEventListener('beforeprint', show);
    return () => {
      observer.disconnect();
      removeEventListener('beforeprint', show);
    };
  }, [place]);
  return isNear;
}
