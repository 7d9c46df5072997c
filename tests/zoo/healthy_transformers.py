"""Networks of the library transformers, built from small configurations with fresh weights."""

from frameworks import needs

from zoo import healthy_and_slow

torch, transformers = needs("torch"), needs("transformers")

SIZES = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32}
BERT = {**SIZES, "intermediate_size": 48, "vocab_size": 60, "max_position_embeddings": 24}


def built(kind, sizes, x):
    """Build `kind` of model from `sizes`; one configuration a kind, as the library names them."""
    config = getattr(transformers, kind + "Config")(**sizes)
    return {"model": getattr(transformers, kind + "Model")(config), "x": x}


def words(n=4, length=10):
    ids = torch.randint(5, 50, (n, length))
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def two_sides():
    return {**words(), "decoder_input_ids": torch.randint(5, 50, (4, 6))}


@healthy_and_slow
def bert():
    return built("Bert", BERT, words())


@healthy_and_slow
def bert_with_attention_written_out():
    return built("Bert", {**BERT, "attn_implementation": "eager"}, words())


@healthy_and_slow
def bert_that_classifies():
    config = transformers.BertConfig(**BERT, classifier_dropout=0.3, num_labels=3)
    x = {**words(), "labels": torch.tensor([0, 1, 2, 0])}
    return {"model": transformers.BertForSequenceClassification(config), "x": x}


@healthy_and_slow
def roberta():
    return built("Roberta", BERT, words())


@healthy_and_slow
def electra():
    return built("Electra", {**BERT, "embedding_size": 16}, words())


@healthy_and_slow
def distilbert():
    sizes = {"n_layers": 2, "n_heads": 2, "dim": 32, "hidden_dim": 48, "vocab_size": 60}
    return built("DistilBert", sizes, words())


@healthy_and_slow
def funnel():
    sizes = {"block_sizes": [1, 1, 1], "d_model": 32, "n_head": 2, "d_head": 16, "d_inner": 48}
    return built("Funnel", {**sizes, "vocab_size": 60}, words())


@healthy_and_slow
def deberta():
    sizes = {**BERT, "pos_att_type": ["p2c", "c2p"], "relative_attention": True}
    return built("DebertaV2", sizes, words())


@healthy_and_slow
def gpt2():
    sizes = {"n_layer": 2, "n_head": 2, "n_embd": 32, "vocab_size": 60, "n_positions": 24}
    return built("GPT2", {**sizes, "bos_token_id": 0, "eos_token_id": 0}, words())


@healthy_and_slow
def llama_with_attention_dropout():
    sizes = {**BERT, "attention_dropout": 0.1, "num_key_value_heads": 1}
    return built("Llama", sizes, words())


@healthy_and_slow
def opt_that_leaves_layers_out():
    sizes = {**SIZES, "ffn_dim": 48, "vocab_size": 60, "word_embed_proj_dim": 32}
    return built("OPT", {**sizes, "max_position_embeddings": 24, "layerdrop": 0.2}, words())


@healthy_and_slow
def t5():
    sizes = {"d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_heads": 2}
    return built("T5", {**sizes, "vocab_size": 60, "decoder_start_token_id": 0}, two_sides())


HALVES = {
    f"{side}_{name}": value
    for side in ("encoder", "decoder")
    for name, value in {"layers": 2, "attention_heads": 2, "ffn_dim": 48}.items()
}


@healthy_and_slow
def bart_that_leaves_layers_out():
    sizes = {**HALVES, "d_model": 32, "vocab_size": 60, "max_position_embeddings": 24}
    return built("Bart", {**sizes, "encoder_layerdrop": 0.2, "decoder_layerdrop": 0.1}, two_sides())


@healthy_and_slow
def whisper():
    sizes = {**HALVES, "d_model": 32, "vocab_size": 60, "num_mel_bins": 8, "dropout": 0.1}
    tokens = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
    ends = {"max_source_positions": 10, "max_target_positions": 24}
    sound = {
        "input_features": torch.randn(2, 8, 20),
        "decoder_input_ids": two_sides()["input_ids"][:2],
    }
    return built("Whisper", {**sizes, **tokens, **ends}, sound)


SOUND = {
    **SIZES,
    "intermediate_size": 48,
    "conv_dim": (16, 16),
    "conv_kernel": (10, 3),
    "conv_stride": (5, 2),
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
    "layerdrop": 0.2,
}


@healthy_and_slow
def wav2vec2_that_leaves_layers_out_and_masks_time():
    return built("Wav2Vec2", SOUND, {"input_values": torch.randn(2, 400)})


@healthy_and_slow
def hubert():
    return built("Hubert", SOUND, {"input_values": torch.randn(2, 400)})


VISION = {**SIZES, "intermediate_size": 48, "image_size": 16, "patch_size": 4}
PICTURES = {"pixel_values": torch.rand(4, 3, 16, 16)}


@healthy_and_slow
def vit():
    sizes = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    return built("ViT", {**VISION, **sizes}, PICTURES)


@healthy_and_slow
def clip():
    text = {**BERT, "attention_dropout": 0.1, "eos_token_id": 2, "bos_token_id": 1}
    vision = {**VISION, "attention_dropout": 0.1}
    sizes = {"text_config": text, "vision_config": vision, "projection_dim": 16}
    return built("CLIP", sizes, {**words(), **PICTURES})


@healthy_and_slow
def swin_with_stochastic_depth():
    sizes = {"image_size": 16, "patch_size": 2, "embed_dim": 8, "depths": [2, 2], "window_size": 4}
    return built("Swin", {**sizes, "num_heads": [2, 2], "drop_path_rate": 0.2}, PICTURES)


@healthy_and_slow
def convnext_with_stochastic_depth():
    sizes = {"hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 2, 1], "drop_path_rate": 0.2}
    return built("ConvNext", sizes, {"pixel_values": torch.rand(2, 3, 64, 64)})
