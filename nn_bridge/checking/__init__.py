"""A check-up of somebody's network: where chance enters, and whether it does what was meant.

- `sites`: what is told of a place where chance enters; how sure a measured rate is
- `watching`: what an adapter must tell of a model, whatever its framework
- `findings`: what may be wrong, by name, and in which words it is told
- `report`: what is in a check-up; `told`: how it is told, in two languages; `result`: both together
"""
