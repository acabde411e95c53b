/** A clock that stands still until it is told to move. */
export declare class ManualClock {
  constructor(now: Date);
  /** What it shows. */
  get now(): Date;
  /** Moves it, in either direction. */
  set(now: Date): void;
  /** Moves it on by whole seconds. */
  advance(seconds: number): void;
}
