"""The analogy, put to the test: claims, by rules, get verdicts, which the dashboard reports.

- `claims`: C1 to C13, the article's, each with the rules that decide it, and their verdicts
- `rules`: superiority, non-inferiority, equivalence, and the smallest effects of interest
- `theorems`: T1 to T9, exact statements; T5 is `theorems/t5_absences_regularise.py`
- `controls`: where the effect must not appear; `exact_controls`: where nothing may change at all
- `limits`: where the analogy breaks, L1 to L7, a file each; `limits/dose.py` has the dose-response
- `remedies`: early stopping and weight decay beside absences (C9)

What they judge is measured by

- `conditions`: what teams rehearse under and networks are trained under, the keys of all results
- `team_world`, `network_world`: each condition measured alike, by `game_measures`
- `rehearsed_teams`, `control_teams`: how teams get there, as one stack or one after another

`plan` says how much is run, and `validate` which parts; it hands the results to all of the above.
"""
