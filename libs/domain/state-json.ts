/** For states that hold nothing but text and small integers. */
export const plainJson = <State>() => ({
  encode: (state: State): string => JSON.stringify(state),
  decode: (text: string): State => JSON.parse(text) as State,
});

/** As `plainJson`, but states of before terms had a version are not read. */
export const versionedJson = <State extends { readonly status: string }>() => ({
  encode: (state: State): string => JSON.stringify(state),
  decode: (text: string): State | null => {
    const state = JSON.parse(text) as State;
    return state.status === 'unknown' || 'termsVersion' in state ? state : null;
  },
});
