"""Whether waiting prompts could be drawn together: what a batch changes in each one's bits, and what it saves.

    python -m pipeline.evaluation.batch_bits

runs decoder and super-resolution, most of a picture's time, over 64 mixed requests, one by one and in batches, and
compares what comes out bit by bit and as the bytes of a picture. Only where all are the same may requests share one.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from pipeline.evaluation.latency import PROMPTS
from pipeline.evaluation.table import markdown_table
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["Batching", "compare_batches", "main"]


@dataclass(frozen=True)
class Batching:
    """One network over the same requests, one by one and in batches.

    Attributes:
        stage: its name.
        requests: how many.
        same_bits, same_bytes: how many came out the same, as numbers and as 8-bit pixels.
        worst: the largest difference of two numbers.
        single, batched: milliseconds for a request.
    """

    stage: str
    requests: int
    same_bits: int
    same_bytes: int
    worst: float
    single: float
    batched: float

    def row(self) -> list[str]:
        """For the table."""
        same = f"{self.same_bits} of {self.requests}", f"{self.same_bytes} of {self.requests}"
        gain = f"{self.single / self.batched:.2f}"
        return [self.stage, *same, f"{self.worst:.1g}", f"{self.single:.0f}", f"{self.batched:.0f}", gain]


@torch.no_grad()
def compare_batches(pipe: TextToImagePipeline, requests: int = 64, size: int = 8) -> list[Batching]:
    """Decoder and super-resolution of a pipeline, over mixed prompts, embeddings and noise.

    Args:
        pipe: whose networks run.
        requests: how many.
        size: of a batch.
    """
    generator = torch.Generator().manual_seed(0)
    prompts = [f"{PROMPTS[at % len(PROMPTS)]}, number {at}" for at in range(requests)]
    told = [tokens.reshape(-1, tokens.shape[-1]) for tokens in pipe.encode_texts(prompts)]
    length = min(map(len, told))
    texts = torch.stack([tokens[:length] for tokens in told])
    mask = torch.ones(texts.shape[:2])
    side = pipe.decoder.config.sample_size
    embeds = torch.randn(requests, pipe.prior.config.embed_dim, generator=generator)
    embeds = torch.nn.functional.normalize(embeds, dim=-1)
    noise = torch.randn(requests, 4, side, side, generator=generator)
    start = torch.tensor([1000.0])

    def decode(rows: slice) -> torch.Tensor:
        return pipe.decoder(noise[rows], start, embeds[rows], texts[rows], mask[rows]).clamp(-1, 1)

    decoded, small = _compare("decoder", decode, requests, size)

    def enlarge(rows: slice) -> torch.Tensor:
        return pipe.super_res(None, start, small[rows], texts[rows], mask[rows]).clamp(-1, 1)

    return [decoded, _compare("super-resolution", enlarge, requests, size)[0]]


def _compare(
    stage: str, run: Callable[[slice], torch.Tensor], requests: int, size: int
) -> tuple[Batching, torch.Tensor]:
    found, milliseconds = [], []
    for step in (1, size):
        run(slice(0, step))
        began = time.perf_counter()
        found.append(torch.cat([run(slice(at, at + step)) for at in range(0, requests, step)]))
        milliseconds.append(1000 * (time.perf_counter() - began) / requests)
    one, many = found
    levels = [((each + 1) * 127.5).round() for each in found]
    same = [sum(torch.equal(a, b) for a, b in zip(*pair, strict=True)) for pair in (found, levels)]
    return Batching(stage, requests, *same, float((one - many).abs().max()), *milliseconds), one


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--requests", type=int, default=64, help="prompts")
    parser.add_argument("--size", type=int, default=8, help="of a batch")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(arguments.threads)
    rows = compare_batches(load_pipeline(arguments.weights), arguments.requests, arguments.size)
    header = ["network", "same bits", "same bytes", "worst difference", "ms alone", "ms in a batch", "gain"]
    print(markdown_table(header, [row.row() for row in rows]))


if __name__ == "__main__":
    main()
