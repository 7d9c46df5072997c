"""What is run to learn something; each takes presenters, networks and the yardstick from below.

- `story`: the main job, teams and networks of the article side by side
- `other_remedies`: what else keeps a team from overfitting; `other_conditions`: the two teams with
  one thing changed; `article_stack`: the article's teams as a stack, for both
- `article`: the article's own network on digits; `article_measures` holds it to the yardstick;
  `sub_networks`: the average of its sub-networks
- `crossing`: team and network side by side, weight by weight; `parting`: a < 1 beside dropout SGD
- `output_noise`: noise on the output instead of dropout, a control; `control_team`: the same on
  people, and skills that fade
- `stack`: thousands of teams trained at once
- `sweep`: many settings over many processes, in a store that survives a kill
- `prediction`: how many should miss, before anyone rehearses
- `validation`: theorems, claims, controls, and where the analogy breaks
- `published`: figures of other papers, measured again on MNIST images
- `costs`: what all of that takes, known before it is done
- `processes`: jobs on several processes, with the same results on any number of them;
  `worker_pool`: processes that outlive nobody
"""
