import type { Group } from './admission.js';

/** Groups that wait for their batch, in the order they came. Bounded by `max` submissions. */
export class Queue {
  private groups: Group[] = [];
  private count = 0;

  constructor(private readonly max: number) {}

  /** Submissions. */
  get size(): number {
    return this.count;
  }

  /** False: full. One group fits always, however large. */
  add(group: Group): boolean {
    const { length } = group.submissions;
    if (this.count > 0 && this.count + length > this.max) return false;
    this.groups.push(group);
    this.count += length;
    return true;
  }

  /** The first ones, up to so many submissions, unless one group is larger. */
  take(max: number): Group[] {
    let size = 0;
    let until = 0;
    for (const { submissions } of this.groups) {
      size += submissions.length;
      if (until > 0 && size > max) break;
      until += 1;
    }
    const taken = this.groups.slice(0, until);
    this.groups = this.groups.slice(until);
    for (const { submissions } of taken) this.count -= submissions.length;
    return taken;
  }
}
