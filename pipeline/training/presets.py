"""Sizes per preset: what each component is built with. The budget in minutes is the stage command's own argument."""

from dataclasses import dataclass, field

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """Constructor arguments of the trained components, and what the stages share."""

    embed_dim: int = 512
    image_size: int = 64  # side of the decoder's picture and of the image encoder's input
    super_res_size: int = 256
    max_tokens: int = 48  # training captions are cut to this; prompts are not
    train_linear: bool = False  # whether the principal components are trained on, or kept as they are
    image_encoder: dict = field(default_factory=dict)
    text_projection: dict = field(default_factory=dict)
    prior: dict = field(default_factory=dict)
    decoder: dict = field(default_factory=dict)
    super_res: dict = field(default_factory=dict)
    batch_size: int = 64
    component_scenes: int = 6_000  # scenes whose principal components the embedder starts from
    prior_scenes: int = 60_000  # scenes whose embeddings the prior stage caches
    prior_batch_size: int = 512


PRESETS = {
    # A minute on any machine; for tests and dry runs. Draws nothing recognisable.
    "tiny": Preset(
        embed_dim=32,
        train_linear=True,
        image_encoder={"block_out_channels": (32, 32), "layers_per_block": (1, 1), "hidden_dim": 32},
        text_projection={"num_queries": 1, "hidden_dim": 32},
        prior={"hidden_dim": 32, "num_layers": 1, "num_queries": 1},
        decoder={"hidden_dim": 32, "block_out_channels": 64, "layers_per_block": 1},
        super_res={"block_out_channels": (16, 32, 32), "layers_per_block": 1},
        batch_size=4,
        component_scenes=16,
        prior_scenes=32,
        prior_batch_size=8,
    ),
    # Two CPU cores, some hours.
    "cpu": Preset(),
    # One GPU, one hour over all stages.
    "bundled": Preset(
        image_encoder={"block_out_channels": (128, 256), "layers_per_block": (2, 2), "hidden_dim": 384},
        prior={"hidden_dim": 768, "num_layers": 5},
        decoder={"block_out_channels": 256, "layers_per_block": 3},
        super_res={"block_out_channels": (96, 160, 224)},
        batch_size=512,
        component_scenes=20_000,
        prior_scenes=1_000_000,
        prior_batch_size=4096,
    ),
}
