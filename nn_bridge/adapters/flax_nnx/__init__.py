"""Flax NNX's models, read: those that are called as model(x).

For `measure`:

- `silencing`: members fall silent; `places`: where
- `sizes`: what running a model holds in memory

For `check_up`:

- `watching`: a model as it sees it; `keeping`: all that it holds, put back
- `tracing`: one forward pass, who is called and who draws
- `chance`: JAX's draws, told and played again; `draws`: what they do, and how far they reach

For both:

- `calls`: modules by name, their calls seen
"""
