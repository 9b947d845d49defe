"""Real classes at tiny size: a whole pipeline with random weights, made in a second, without network or files."""

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, CLIPImageProcessor, PreTrainedTokenizerFast

from pipeline.models.decoder import ImageDecoder
from pipeline.models.fusion import ImageFusion
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.scene_parser import SceneParser
from pipeline.models.super_resolution import SuperResolution
from pipeline.models.text_projection import TextProjection
from pipeline.models.vocabulary import Vocabulary
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


def tiny_prior() -> DrawingPrior:
    """Two drawings of a cat, one of them in two styles, and one of an apple."""
    cells = [(0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 1, 0), (1, 2, 0, 0)]  # concept, drawing, rendering, tone
    prior = DrawingPrior(
        ["cat", "apple"], ["3d render", "flat sticker"], num_drawings=3, num_cells=len(cells), embed_dim=EMBED_DIM,
        semantic_dim=SEMANTIC_DIM, concept_dim=8, drawing_dim=8, rendering_dim=8, hidden_dim=32, num_layers=1,
    )  # fmt: skip
    prior.cells.copy_(torch.tensor(cells))
    return prior


def tiny_vocabulary() -> Vocabulary:
    grounds = {"white": "#ffffff", "red": "#d93636"}
    styles = {"3d render": ["3d"], "flat sticker": ["sticker"]}
    vocabulary = Vocabulary(["cat", "apple", "kitty"], ["cat", "apple", "cat"], styles, grounds, TEXT_DIM)
    torch.nn.init.normal_(vocabulary.embeds)
    vocabulary.embeds.data[2] = vocabulary.embeds.data[0]
    return vocabulary


def tiny_scene_parser() -> SceneParser:
    """Takes every word for one of a thing's name: what is told of things is the matter of scenes."""
    parser = SceneParser(["chatter", "thing", "thing+"], text_dim=TEXT_DIM, layers=(0, 1), hidden_dim=16, arc_dim=8)
    torch.nn.init.zeros_(parser.role[-1].weight)
    parser.role[-1].bias.data.copy_(torch.tensor([0.0, 9.0, 0.0]))
    return parser


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
        "prior": tiny_prior(),
        "decoder": ImageDecoder(
            embed_dim=EMBED_DIM, semantic_dim=SEMANTIC_DIM, text_dim=TEXT_DIM, hidden_dim=32,
            block_out_channels=(16, 64), layers_per_block=1,
        ),
        "decoder_scheduler": FlowMatchEulerDiscreteScheduler(),
        "super_res": SuperResolution(text_dim=TEXT_DIM, block_out_channels=(16, 32, 32), condition_dim=32),
        "super_res_scheduler": FlowMatchEulerDiscreteScheduler(),
        "vocabulary": tiny_vocabulary(),
        "scene_parser": tiny_scene_parser(),
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
