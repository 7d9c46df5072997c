"""Keras 3's models, read; its backend may be TensorFlow, JAX or PyTorch.

For `measure`:

- `silencing`: members fall silent; `places`: where, and which units make a member
- `plan`: a model as steps; `stages`: those before the silenced layers, and those behind them
- `seen`: the members' activations; `linear`: what members add where all that follows is linear

For the command line: `loading`, of .keras files.

For both:

- `layers`: by name, and wrapped; `tensors`: of any backend; `as_found`: what running changes
"""
