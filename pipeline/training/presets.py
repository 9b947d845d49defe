"""Sizes per preset: what each component is built with. The budget in minutes is the stage command's own argument."""

from dataclasses import dataclass, field

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """Constructor arguments of the trained components, and what the stages share."""

    embed_dim: int = 1024
    semantic_dim: int = 256  # of these, what the contrast with the text shapes
    image_size: int = 128  # side of the image encoder's input
    layer_size: int = 64  # side of the decoder's layer
    super_res_size: int = 256
    max_tokens: int = 48  # training captions are cut to this; prompts are not
    image_encoder: dict = field(default_factory=dict)
    text_projection: dict = field(default_factory=lambda: {"hidden_dim": 768})
    prior: dict = field(default_factory=dict)
    decoder: dict = field(default_factory=dict)
    super_res: dict = field(default_factory=dict)
    scenes: int = 300_000  # composed scenes that embedder, prior and decoder learn from
    component_scenes: int = 12_000  # of these, for the principal components
    embedder_batch_size: int = 512
    decoder_batch_size: int = 16
    prior_batch_size: int = 512
    super_res_batch_size: int = 16


PRESETS = {
    # A minute on any machine; for tests and dry runs. Draws nothing recognisable.
    "tiny": Preset(
        embed_dim=32,
        semantic_dim=8,
        image_size=64,
        image_encoder={"block_out_channels": (16,), "layers_per_block": (1,)},
        text_projection={"num_queries": 1, "hidden_dim": 32},
        prior={"concept_dim": 8, "drawing_dim": 8, "rendering_dim": 8, "hidden_dim": 32, "num_layers": 1},
        decoder={"hidden_dim": 32, "block_out_channels": (16, 64), "layers_per_block": 1},
        super_res={"block_out_channels": (16, 32, 32), "layers_per_block": 1},
        scenes=64,
        component_scenes=48,
        embedder_batch_size=8,
        decoder_batch_size=4,
        prior_batch_size=8,
        super_res_batch_size=2,
    ),
    # Two CPU cores, some hours.
    "cpu": Preset(),
    # One GPU, one hour over all stages.
    "bundled": Preset(
        image_encoder={"block_out_channels": (128, 192), "layers_per_block": (2, 2)},
        decoder={"block_out_channels": (96, 256), "layers_per_block": 3},
        super_res={"block_out_channels": (128, 160, 224)},
        scenes=1_500_000,
        component_scenes=40_000,
        embedder_batch_size=2048,
        decoder_batch_size=512,
        prior_batch_size=4096,
        super_res_batch_size=64,
    ),
}
