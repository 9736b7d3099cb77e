/** One colour of stacked bars: a number for each bar, for the drawing alone, and how it is said. */
export interface Layer {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly words: readonly string[];
}

/** So many are told apart at a glance; what is beyond them is one layer. */
const LAYERS_MAX = 6;

/** The first ones by themselves, and the rest. */
export const firstOnes = <Each>(
  all: readonly Each[],
): { readonly own: readonly Each[]; readonly rest: readonly Each[] } =>
  all.length <= LAYERS_MAX + 1
    ? { own: all, rest: [] }
    : { own: all.slice(0, LAYERS_MAX), rest: all.slice(LAYERS_MAX) };
