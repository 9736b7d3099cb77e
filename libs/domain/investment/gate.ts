import type { Gate } from './events.js';
import type { Milestone } from './investment.js';

/** Levels of a gate, a milestone being one. Deeper gates are taken to be a mistake of the program that wrote them. */
export const GATE_DEPTH_MAX = 6;

export const gateDepth = (gate: Gate): number => {
  if ('milestone' in gate) return 1;
  const parts = 'all' in gate ? gate.all : gate.any;
  return 1 + parts.reduce((deepest, part) => Math.max(deepest, gateDepth(part)), 0);
};

/** The first milestone of a gate that is not defined, with the JSON pointer of where the gate names it; null: none. */
export const undefinedIn = (
  gate: Gate,
  milestones: Readonly<Record<string, Milestone>>,
  pointer: string,
): { readonly milestoneId: string; readonly pointer: string } | null => {
  if ('milestone' in gate) {
    const { milestone } = gate;
    if (milestones[milestone]) return null;
    return { milestoneId: milestone, pointer: `${pointer}/milestone` };
  }
  const [name, parts] = 'all' in gate ? (['all', gate.all] as const) : (['any', gate.any] as const);
  for (const [index, part] of parts.entries()) {
    const found = undefinedIn(part, milestones, `${pointer}/${name}/${index}`);
    if (found) return found;
  }
  return null;
};

/** A waived milestone counts as satisfied; a missed one does not. */
const isSatisfied = (milestone: Milestone | undefined): boolean =>
  milestone?.status === 'met' || milestone?.status === 'waived';

/** `{all: []}` is open; `{any: []}` never opens, as nothing could open it. */
export const isOpenGate = (
  gate: Gate,
  milestones: Readonly<Record<string, Milestone>>,
): boolean => {
  if ('milestone' in gate) return isSatisfied(milestones[gate.milestone]);
  if ('all' in gate) return gate.all.every((part) => isOpenGate(part, milestones));
  return gate.any.some((part) => isOpenGate(part, milestones));
};

/** Milestones that keep the gate shut: none when it is open; of an `any`, all of them, since each would do. */
export const missingFor = (
  gate: Gate,
  milestones: Readonly<Record<string, Milestone>>,
): readonly string[] => {
  if (isOpenGate(gate, milestones)) return [];
  if ('milestone' in gate) return [gate.milestone];
  const parts = 'all' in gate ? gate.all : gate.any;
  return [...new Set(parts.flatMap((part) => missingFor(part, milestones)))];
};
