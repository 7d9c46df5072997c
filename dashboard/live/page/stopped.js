// A team that has diverged: what there is to show of it. Its numbers were on their way to infinity, so it has none.

const each = (nest, value) => (Array.isArray(nest) ? nest.map((part) => each(part, value)) : value);
const none = (parts) => Object.fromEntries(Object.keys(parts).map((key) => [key, NaN]));

/** The frame with no figures of teams that have stopped; their pictures are empty. */
export function withoutStopped(frame) {
  const teams = Object.fromEntries(Object.entries(frame.teams).map(([side, team]) => [side, team.diverged ? blank(team) : team]));
  return { ...frame, teams };
}

const blank = (team) => ({
  ...team,
  weights: NaN, score: NaN, reliance: each(team.reliance, NaN), solo: each(team.solo, NaN),
  quality: none(team.quality), home: { ...none(team.home), away: team.home.away },
  share: each(team.share, 0), dependence: each(team.dependence, 0),
  twin: { ...none(team.twin), incoming: each(team.twin.incoming, 0), outgoing: each(team.twin.outgoing, 0) },
});
