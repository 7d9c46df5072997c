"""scikit-learn's multi-layer perceptrons, read.

- `silencing`: for `measure`
"""
