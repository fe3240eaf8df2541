// The kinds of credentials that registries take.

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token ("identity token"). */
  | { readonly kind: 'refresh'; readonly token: string }
  /** A ready bearer token ("registry token"). */
  | { readonly kind: 'bearer'; readonly token: string };
