"""PyTorch's models, read.

- `watching`: for `check_up`
"""
