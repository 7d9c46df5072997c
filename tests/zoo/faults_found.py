"""Faults that nobody planted: check_up found them in networks thought healthy, and is right."""

from frameworks import needs

from zoo import fault
from zoo.healthy_transformers import BERT, built, words

needs("transformers")


@fault("never called", source="huggingface/transformers#4323", slow=True)
def albert_makes_a_dropout_and_never_calls_it():
    """Mended in the library's TensorFlow model in 2020; its PyTorch model, 5.24, still has it."""
    sizes = {**BERT, "embedding_size": 16, "hidden_dropout_prob": 0.1}
    return built("Albert", {**sizes, "attention_probs_dropout_prob": 0.1}, words())


@fault("never called", source="huggingface/transformers#354", slow=True)
def xlnet_makes_a_dropout_in_each_layer_and_never_calls_it():
    """No report of this one, in 5.24, was found; the one named tells of its like in the library."""
    sizes = {"d_model": 32, "n_layer": 2, "n_head": 2, "d_inner": 48, "vocab_size": 60}
    return built("XLNet", sizes, words())


@fault("never called", source="huggingface/transformers#354", slow=True)
def nystromformer_makes_a_dropout_for_its_scores_and_never_calls_it():
    """As XLNet's: the rate `attention_probs_dropout_prob` does nothing, in 5.24."""
    sizes = {**BERT, "segment_means_seq_len": 10, "num_landmarks": 5}
    return built("Nystromformer", sizes, words())
