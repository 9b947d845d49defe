"""How another model is loaded on this machine, as the options of every command that takes ``--model``."""

import argparse
from dataclasses import dataclass

__all__ = ["AUTO", "DEVICES", "DTYPES", "OFFLOADS", "LoadOptions", "add_load_options", "read_load_options"]

DEVICES = ("auto", "cpu", "cuda", "xpu", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16")
OFFLOADS = ("auto", "none", "model", "sequential")


@dataclass(frozen=True)
class LoadOptions:
    """What somebody else's model is loaded with; our own has one way.

    Attributes:
        device: of ``DEVICES``; "auto" is the accelerator that torch sees, or the CPU.
        dtype: of ``DTYPES``, of its weights; "auto" is what the device computes natively and the memory holds.
        offload: of ``OFFLOADS``: whether components wait in main memory for their turn on the accelerator ("model"),
            or even layers ("sequential"); "auto" goes by the accelerator's free memory.
        loras: files of LoRA weights, each perhaps with its scale behind a colon.
        batch: pictures of one request that are drawn in one call.
        compile: whether torch compiles the denoising network, which takes minutes once and saves time at each step.
    """

    device: str = "auto"
    dtype: str = "auto"
    offload: str = "auto"
    loras: tuple[str, ...] = ()
    compile: bool = False
    batch: int = 1

    @property
    def numbers(self) -> str:
        """What of it changes the numbers that a picture is computed from, in words; "" is float32, which has no word.

        "auto" has none either: `pipeline.loading.loader.settle_dtype` puts what was chosen in its place.
        """
        dtype = "" if self.dtype in ("auto", "float32") else self.dtype
        return " ".join(word for word in (dtype, "compiled" if self.compile else "") if word)

    @property
    def for_others(self) -> tuple[str, ...]:
        """Those options that were given and count for somebody else's model alone, as a command line has them."""
        given = [
            name
            for name in ("dtype", "offload", "loras", "compile", "batch")
            if getattr(self, name) != getattr(AUTO, name)
        ]
        return tuple("--lora" if name == "loras" else f"--{name}" for name in given)


AUTO = LoadOptions()


def add_load_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a command line."""
    group = parser.add_argument_group("other models", "how a --model that is not ours is loaded")
    group.add_argument("--device", choices=DEVICES, default="auto", help="where it computes (default: auto)")
    group.add_argument("--dtype", choices=DTYPES, default="auto", help="of its weights (default: auto)")
    group.add_argument(
        "--offload",
        choices=OFFLOADS,
        default="auto",
        help="keep components, or layers, in main memory until their turn (default: by free memory)",
    )
    group.add_argument(
        "--lora",
        metavar="FILE[:SCALE]",
        action="append",
        default=[],
        help="LoRA weights (.safetensors), perhaps with a scale; can be given several times",
    )
    group.add_argument(
        "--batch",
        type=int,
        default=1,
        metavar="N",
        help="pictures of one request that are drawn in one call (default: 1)",
    )
    group.add_argument("--compile", action="store_true", help="compile its network: minutes once, faster steps")


def read_load_options(arguments: argparse.Namespace) -> LoadOptions:
    """What was given on a command line that `add_load_options` extended."""
    return LoadOptions(
        device=arguments.device,
        dtype=arguments.dtype,
        offload=arguments.offload,
        loras=tuple(arguments.lora),
        compile=arguments.compile,
        batch=arguments.batch,
    )
