"""Flax NNX's models, read: those that are called as model(x).

- `silencing`: for `measure`, members fall silent
- `places`: where; `sizes`: what running a model holds in memory

For both:

- `calls`: modules by name, their calls seen
"""
