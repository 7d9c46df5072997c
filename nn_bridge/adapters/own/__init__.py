"""The networks of `nn_bridge` itself: `watching` for `check_up`, `silencing` for `measure`."""
