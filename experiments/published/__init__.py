"""Published figures, measured again with the article's network on 5,000 MNIST images.

- `figure_9`, `figure_10`, `figure_11`: of the dropout paper (Srivastava et al. 2014): how much to
  drop, how many images to learn from, how many sub-networks to average
- `morcos`: does dropout make robust beyond the fraction dropped in training (Morcos et al. 2018)?
- `study`: what a study is, how much of it is run, and the rules that decide
- `networks`: the networks that they train, and their errors with and without parts of the images
- `studies`: all of them by name

The pages are written by `dashboard/published`.
"""
