"""The networks of `nn_bridge` itself."""
