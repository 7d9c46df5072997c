"""Other people's networks, read: a sub-package for each framework, imported when one is handed in.

`nn_bridge.frameworks` says which. In each, `watching` is for `check_up`, `silencing` for `measure`.

- `pytorch`; `keras3`; `scikit`; `flax_nnx`; `own`: the networks of `nn_bridge` itself

For several of them:

- `strangers`: layers that are no part of the model, and somebody's own line that runs
- `replaying`: random draws, told and played again; `random_states`: Python's and NumPy's, put back
"""
