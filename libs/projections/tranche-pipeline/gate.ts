import type { Gate } from '../../domain/investment/events.js';

/** True when the milestones that `isDone` (met or waived) open the gate. `{all: []}` is open, `{any: []}` never. */
export const isOpen = (gate: Gate, isDone: (milestoneId: string) => boolean): boolean => {
  if ('milestone' in gate) return isDone(gate.milestone);
  if ('all' in gate) return gate.all.every((each) => isOpen(each, isDone));
  return gate.any.some((each) => isOpen(each, isDone));
};

/** Milestones that still matter, in the order of the gate: of an `any` that is open, none does. */
export const missingMilestones = (
  gate: Gate,
  isDone: (milestoneId: string) => boolean,
): string[] => {
  if (isOpen(gate, isDone)) return [];
  if ('milestone' in gate) return [gate.milestone];
  const members = 'all' in gate ? gate.all : gate.any;
  return [...new Set(members.flatMap((each) => missingMilestones(each, isDone)))];
};
