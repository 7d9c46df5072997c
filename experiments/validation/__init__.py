"""The analogy, put to the test: claims -> rules -> verdicts -> report.

What is tested, a file or a folder each

- `claims`: C1 to C13, the article's, that could fail; C8 stands there with the rule that decides it
- `facts`: F1 to F4, what the article states that cannot fail if the code is right
- `rules`: `Change` and `Threshold` give the verdicts, against margins fixed beforehand
- `theorems`: T1 to T9, exact statements, a file each, such as `t5_absences_regularise`
- `controls`: where the effect must not appear; `exact_controls`: where nothing may change at all
- `limits`: where the analogy breaks, L1 to L7, a file each; `limits/dose` has the dose-response too
- `remedies`: early stopping and weight decay beside absences, on every measure
- `reruns`: the same on other seeds; a verdict that differs there is undecided

and how it is measured

- `conditions`: what teams rehearse under and networks are trained under, the keys of all results
- `team_world`, `network_world`: a condition's measures, alike by `game_measures`
- `rehearsed_teams`, `control_teams`: how teams get there, as one stack

`plan` says how much is run. `validate` says which parts, and has the results judged; the report is
written from that by `dashboard/validation`.
"""
