// What a long update tells while it runs.

export type UpdateProgress =
  | {
      readonly kind: 'download';
      /** What is fetched: `npm`, `kev`, an address. */
      readonly name: string;
      readonly received: number;
      /** Null where the server does not tell. */
      readonly total: number | null;
    }
  | { readonly kind: 'read'; readonly name: string; readonly records: number }
  | { readonly kind: 'sort' };

export type OnProgress = (progress: UpdateProgress) => void;

/** Something that went wrong without ending the whole; one sentence for people. */
export interface UpdateProblem {
  /** The feed or source: `npm`, `kev`, an address. */
  readonly name: string;
  readonly message: string;
}
