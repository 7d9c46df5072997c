"""Keras 3's models, read; its backend may be TensorFlow, JAX or PyTorch.

For `measure`:

- `silencing`: members fall silent; `places`: where, and which units make a member
- `plan`: a model as steps; `stages`: those before the silenced layers, and those behind them
- `callback`: measured after each epoch of `fit`
- `seen`: the members' activations; `linear`: what members add where all that follows is linear

For `check_up`:

- `watching`: a model as it sees it; `glance`: how somebody's own function calls it
- `keeping`: all that a model holds, put back
- `rates`: which are written down; `tracing`: one forward pass, who is called and who draws
- `frames`: in whose code that is
- `chance`: Keras's draws, told and played again; `draws`: what they do, and how far they reach
- `by_hand`: what somebody's own code makes of a number; `axes`: where channels lie

For both:

- `loading`: of .keras files, for the command line
- `layers`: by name, and wrapped; `tensors`: of any backend; `as_found`: what running changes
"""
