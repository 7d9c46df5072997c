"""Faults that nobody planted: what check_up found where the zoo had called a network healthy."""

from frameworks import needs

from zoo import fault
from zoo.healthy_transformers import BERT, built, words

needs("transformers")


@fault("never called", source="huggingface/transformers#4323", slow=True)
def albert_makes_a_dropout_and_never_calls_it():
    """Mended in the library's TensorFlow model in 2020; its PyTorch model, 5.24, still has it."""
    sizes = {**BERT, "embedding_size": 16, "hidden_dropout_prob": 0.1}
    return built("Albert", {**sizes, "attention_probs_dropout_prob": 0.1}, words())
