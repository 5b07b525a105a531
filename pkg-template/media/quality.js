// When a page is warned of a call's quality.

// What of a sample counts, which limit it has unless the page says otherwise, whether it is bad below
// the limit, and after how many such samples more than good ones a warning comes. After as many good
// samples more than bad ones it goes: between the two nothing is told, so that a value about the
// limit warns once.
const KINDS = {
  loss: { of: ({ loss }) => loss, limit: 0.03, samples: 3 },
  jitter: { of: ({ jitter }) => jitter, limit: 30, samples: 3 },
  "round-trip": { of: ({ roundTrip }) => roundTrip, limit: 400, samples: 3 },
  // People are silent too, but no room is as silent as this.
  "silence-in": { of: ({ levelIn, received }) => (received ? levelIn : undefined), limit: 0.0005, below: true, samples: 5 },
  "silence-out": { of: ({ levelOut }) => levelOut, limit: 0.0005, below: true, samples: 5 },
  "no-packets": { of: ({ received }) => received, limit: 1, below: true, samples: 2 },
};

/** Judges the samples of one call. */
export class Judge {
  #bad = {};
  #over = {};

  /**
   * What the page is to be told after this sample: `{kind, value, over}`. `limits` are the page's, by
   * kind; `resting` gives the kinds that aren't judged now, whose warnings go.
   */
  judge(sample, limits, resting) {
    const changes = [];
    for (const kind of Object.keys(KINDS)) {
      const { of, limit, below, samples } = KINDS[kind];
      const value = of(sample);
      const most = limits?.[kind] ?? limit;
      if (resting(kind)) this.#bad[kind] = 0;
      // What isn't known says nothing.
      else if (value !== undefined) {
        const bad = (this.#bad[kind] ?? 0) + ((below ? value < most : value > most) ? 1 : -1);
        this.#bad[kind] = Math.min(samples, Math.max(0, bad));
      }
      const over = this.#bad[kind] === samples || (!!this.#over[kind] && this.#bad[kind] > 0);
      if (over === !!this.#over[kind]) continue;
      this.#over[kind] = over;
      changes.push({ kind, value, over });
    }
    return changes;
  }
}
