"""Real classes at tiny size: a whole pipeline with random weights, made in a second, without network or files."""

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, CLIPImageProcessor, PreTrainedTokenizerFast

from pipeline.models.decoder import ImageDecoder
from pipeline.models.fusion import ImageFusion
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import EmbeddingPrior
from pipeline.models.super_resolution import SuperResolution
from pipeline.models.text_projection import TextProjection
from pipeline.text_to_image import TextToImagePipeline

TEXT_DIM, EMBED_DIM, SEMANTIC_DIM = 32, 32, 8
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_LETTERS = [chr(code) for code in range(97, 123)] + [f"##{chr(code)}" for code in range(97, 123)]
_WORDS = ["a", "on", "background", "3d", "render", "apple", "cat", ","]


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """WordPiece over some 65 tokens: every lower-case word can be spelt."""
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(_SPECIAL + _LETTERS + _WORDS))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )


def tiny_text_encoder() -> BertModel:
    config = BertConfig(
        vocab_size=80, hidden_size=TEXT_DIM, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128,
    )  # fmt: skip
    return BertModel(config).eval()


def tiny_components(seed: int = 0) -> dict:
    """Every component of ``TextToImagePipeline`` by name, in eval mode. Draws 256x256 pictures of noise."""
    torch.manual_seed(seed)
    components = {
        "tokenizer": tiny_tokenizer(),
        "text_encoder": tiny_text_encoder(),
        "text_proj": TextProjection(text_dim=TEXT_DIM, embed_dim=EMBED_DIM, num_queries=1, hidden_dim=32),
        "feature_extractor": CLIPImageProcessor(
            size={"height": 64, "width": 64}, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
        ),
        "image_encoder": ImageEncoder(
            image_size=64, embed_dim=EMBED_DIM, semantic_dim=SEMANTIC_DIM, block_out_channels=(16,),
            layers_per_block=(1,),
        ),
        "fusion": ImageFusion(embed_dim=EMBED_DIM, hidden_dim=8),
        "prior": EmbeddingPrior(
            embed_dim=EMBED_DIM, text_dim=TEXT_DIM, text_hidden_dim=32, num_text_layers=1, hidden_dim=32, num_layers=1,
            num_queries=1,
        ),
        "prior_scheduler": FlowMatchEulerDiscreteScheduler(),
        "decoder": ImageDecoder(
            embed_dim=EMBED_DIM, semantic_dim=SEMANTIC_DIM, text_dim=TEXT_DIM, hidden_dim=32,
            block_out_channels=(16, 64), layers_per_block=1,
        ),
        "decoder_scheduler": FlowMatchEulerDiscreteScheduler(),
        "super_res": SuperResolution(text_dim=TEXT_DIM, block_out_channels=(16, 32, 32), condition_dim=32),
        "super_res_scheduler": FlowMatchEulerDiscreteScheduler(),
    }  # fmt: skip
    for component in components.values():
        if isinstance(component, torch.nn.Module):
            component.eval()
            for parameter in component.parameters():  # zero-initialised layers would hide what the text does
                if parameter.ndim > 1 and not parameter.any():
                    torch.nn.init.normal_(parameter, std=0.05)
    return components


def tiny_pipeline(seed: int = 0) -> TextToImagePipeline:
    pipe = TextToImagePipeline(**tiny_components(seed))
    pipe.set_progress_bar_config(disable=True)
    return pipe
