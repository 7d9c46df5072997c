"""Somebody's network on the yardstick: its units, channels, heads or layers as a game.

Which file answers which question:

- `silencing`: what can fall silent, and what measuring needs of each framework's adapter
- `metrics`: how good outputs are, example by example
- `measured`, `comparison`: what `measure` and `compare` give; `told`: how it is told
- `data`: arrays, loaders and iterables of batches, as arrays
"""
