"""The weights folder: checked before it is loaded, so that whoever starts the program learns what is wrong with it.

`SHA256SUMS` lists every file as `<64 hex digits>  <relative path>` lines. Its own hash names the weights.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["DEFAULT_WEIGHTS", "WeightsError", "check_weights", "load_pipeline", "weights_hash"]

DEFAULT_WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
EXPORT_COMMAND = "python -m pipeline.training.export"
HASH_LENGTH = 12  # hex digits: enough to tell trainings apart, short enough for a link
_SUMS = "SHA256SUMS"
_INDEX = "model_index.json"


class WeightsError(Exception):
    """The weights folder cannot be used; the message is a sentence for whoever started the program."""


def load_pipeline(path: str | Path = DEFAULT_WEIGHTS) -> "TextToImagePipeline":
    """The pipeline of a weights folder, in float32 and eval mode, without its progress bars.

    Raises:
        WeightsError: the folder or a file of it is missing, damaged or not readable as a pipeline.
    """
    path = Path(path)
    check_weights(path)
    from pipeline.text_to_image import TextToImagePipeline  # late: importing torch and diffusers takes seconds

    try:
        pipe = TextToImagePipeline.from_pretrained(path)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"The weights in {path} are whole, but this version of Easel cannot read them ({reason}). "
            f"Make them again with `{EXPORT_COMMAND} --output {path}`."
        ) from error
    for component in pipe.components.values():
        if hasattr(component, "eval"):
            component.eval()
    pipe.set_progress_bar_config(disable=True)
    return pipe


def weights_hash(path: str | Path = DEFAULT_WEIGHTS) -> str:
    """The first 12 hex digits of the sha256 of the folder's `SHA256SUMS`; "" where there is none."""
    sums = Path(path) / _SUMS
    return hashlib.sha256(sums.read_bytes()).hexdigest()[:HASH_LENGTH] if sums.is_file() else ""


def check_weights(path: str | Path) -> None:
    """Compare every file of the folder with its checksum, and require a folder for each component.

    Raises:
        WeightsError: naming the first file that is missing or wrong, and what to do about it.
    """
    path = Path(path)
    remedy = f"Make the weights with `{EXPORT_COMMAND} --output {path}`, or copy them there again."
    if not path.is_dir():
        raise WeightsError(f"There is no weights folder at {path}. {remedy}")
    for name in (_INDEX, _SUMS):
        if not (path / name).is_file():
            raise WeightsError(f"The weights folder lacks {path / name}. {remedy}")
    listed = _read_sums(path / _SUMS, remedy)
    for name, expected in listed.items():
        file = path / name
        if not file.is_file():
            raise WeightsError(f"The weights folder lacks {file}, which {_SUMS} lists. {remedy}")
        if _is_pointer(file):
            raise WeightsError(
                f"{file} is only a Git LFS pointer, not the weights themselves. Run `git lfs pull` to fetch them."
            )
        with file.open("rb") as opened:
            got = hashlib.file_digest(opened, "sha256").hexdigest()
        if got != expected:
            raise WeightsError(
                f"{file} is damaged or from another model: its sha256 starts with {got[:12]}, "
                f"{_SUMS} says {expected[:12]}. {remedy}"
            )
    for name in _components(path / _INDEX, remedy):
        if not (path / name).is_dir():
            raise WeightsError(f"The weights folder lacks the component {path / name}. {remedy}")


def _read_sums(file: Path, remedy: str) -> dict[str, str]:
    sums = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise WeightsError(f"Line {number} of {file} is not `<sha256>  <relative path>`. {remedy}")
        sums[name] = digest.lower()
    if _INDEX not in sums:
        raise WeightsError(f"{file} does not list {_INDEX}. {remedy}")
    return sums


def _components(index: Path, remedy: str) -> list[str]:
    """Names of the components that the index says are there: its `[library, class]` pairs."""
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))
        return [name for name, value in entries.items() if isinstance(value, list) and value[0] is not None]
    except (ValueError, AttributeError) as error:
        raise WeightsError(f"{index} is not a pipeline's index. {remedy}") from error


def _is_pointer(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(40).startswith(b"version https://git-lfs")
