"""PyTorch's models, read.

- `watching`: for `check_up`; `tracing`: one forward pass, watched; `asked`: functions that drop;
  `chance`: random numbers followed through the operations that run, by the `memory` of tensors;
  `draws`: what became of each; `values`: what is in tensors; `axes`: where features lie;
  `rates`: what is written down; `keeping`: all put back as it was found
- `lightning`: measured after each epoch of its Trainer
- `silencing`: for `measure`: a model whose members fall silent; `survey`: a first look at it
- `places`, `silence`: where members are, and what is left of them
- `rest`: what follows the members; `recording`: how it is taken out; `additive`: is it linear?
- `running`: the model run on examples in evaluation
"""
