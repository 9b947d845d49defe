"""The weights folder: checked before it is loaded, so that whoever starts the program learns what is wrong with it.

`SHA256SUMS` lists every file as `<64 hex digits>  <relative path>` lines. Its own hash, and the edition of the
code that draws with them, name the weights.

`pipeline.loading.find` also takes a folder or a Hub name of any text-to-image repository of diffusers.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.atomic import write_file
from pipeline.loading.errors import WeightsError
from pipeline.loading.files import fault_of_weights, is_pointer
from pipeline.loading.missing import MissingWeights
from pipeline.loading.pairing import check_torchvision

if TYPE_CHECKING:
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["DEFAULT_WEIGHTS", "EDITION", "HASH_LENGTH", "INDEX", "SUMS", "check_weights", "load_pipeline"]
__all__ += ["name_weights", "weights_hash", "write_checksums"]

_CHECKOUT = Path(__file__).resolve().parents[2] / "weights"
# Of the checkout that this code is in; an installed package looks in the folder that it is run from.
DEFAULT_WEIGHTS = _CHECKOUT if _CHECKOUT.is_dir() else Path("weights")
EXPORT_COMMAND = "python -m pipeline.training.export"
HASH_LENGTH = 12  # hex digits: enough to tell trainings apart, short enough for a link
SUMS = "SHA256SUMS"
# Raised where changed code draws other pixels of a recipe with the same weights: links from before say so.
EDITION = 7
INDEX = "model_index.json"
_BLOCKS, _BLOCK_BYTES = 64, 2**16  # of each file that `name_weights` reads


def name_weights(folder: str | Path) -> str:
    """12 hex digits that tell one model's files from another's without reading gigabytes.

    The hash covers every component file's name, its size, and up to 64 blocks of 64 KiB spread evenly over it. Any
    training changes every block; a single changed byte may be missed, so this is a name, no proof of integrity.
    """
    folder = Path(folder)
    digest = hashlib.sha256()
    files = [folder] if folder.is_file() else sorted([folder / INDEX, *folder.glob("*/*")])
    for path in files:
        if not path.is_file() or path.parent.name.startswith("."):
            continue
        size = path.stat().st_size
        name = path.name if path == folder else path.relative_to(folder).as_posix()
        digest.update(f"{name}:{size}\n".encode())
        blocks = min(_BLOCKS, -(-size // _BLOCK_BYTES))
        with path.open("rb") as file:
            for block in range(blocks):
                file.seek(max(0, size - _BLOCK_BYTES) * block // max(1, blocks - 1))
                digest.update(file.read(_BLOCK_BYTES))
    return digest.hexdigest()[:HASH_LENGTH]


def load_pipeline(path: str | Path = DEFAULT_WEIGHTS, *, device: str = "cpu") -> "TextToImagePipeline":
    """The pipeline of a weights folder, in float32 and eval mode, without its progress bars.

    Args:
        path: a folder that `pipeline.training.export` wrote.
        device: where its modules go.

    Raises:
        WeightsError: the folder or a file of it is missing, damaged or not readable as a pipeline.
    """
    path = Path(path)
    check_weights(path)
    check_torchvision()
    from pipeline.text_to_image import TextToImagePipeline  # late: importing torch and diffusers takes seconds

    missing = MissingWeights()
    try:
        with missing:
            pipe = TextToImagePipeline.from_pretrained(path)
        if missing.found:
            raise ValueError(f"{missing.found[0]} is not in its files")
    except Exception as error:  # libraries raise anything out of files that do not fit
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(
            f"The weights in {path} are whole, but this version of Easel cannot read them ({reason}). "
            f"Make them again with `{EXPORT_COMMAND} --output {path}`."
        ) from error
    for component in pipe.components.values():
        if hasattr(component, "eval"):
            component.eval()
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device)


def weights_hash(path: str | Path = DEFAULT_WEIGHTS, *, edition: int = EDITION) -> str:
    """The first 12 hex digits of the sha256 of the folder's `SHA256SUMS` and of the edition; "" where there is none.

    Args:
        path: the weights folder.
        edition: of the code that draws; 0, the first, adds nothing to the hash.
    """
    sums = Path(path) / SUMS
    if not sums.is_file():
        return ""
    told = f"edition {edition}\n".encode() if edition else b""
    return hashlib.sha256(sums.read_bytes() + told).hexdigest()[:HASH_LENGTH]


def check_weights(path: str | Path) -> None:
    """Compare every file of the folder with its checksum, and require a folder for each component.

    Raises:
        WeightsError: naming the first file that is missing or wrong, and what to do about it.
    """
    path = Path(path)
    remedy = (
        f"They are in the repository: run from its folder, or name a model with `--model`. "
        f"`{EXPORT_COMMAND} --output {path}` makes your own."
    )
    if not path.is_dir():
        raise WeightsError(f"There is no weights folder at {path}. {remedy}")
    for name in (INDEX, SUMS):
        if not (path / name).is_file():
            raise WeightsError(f"The weights folder lacks {path / name}. {remedy}")
    listed = _read_sums(path / SUMS, remedy)
    for name, expected in listed.items():
        file = path / name
        if not file.is_file():
            raise WeightsError(f"The weights folder lacks {file}, which {SUMS} lists. {remedy}")
        if is_pointer(file):
            raise WeightsError(
                f"{file} is only a Git LFS pointer, not the weights themselves. Run `git lfs pull` to fetch them."
            )
        try:
            with file.open("rb") as opened:
                got = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"{file} cannot be read ({error.strerror}). Look at its permissions.") from error
        if got != expected:
            raise WeightsError(
                f"{file} is damaged or from another model: its sha256 starts with {got[:12]}, "
                f"{SUMS} says {expected[:12]}. {remedy}"
            )
    for name in _components(path / INDEX, remedy):
        if not (path / name).is_dir():
            raise WeightsError(f"The weights folder lacks the component {path / name}. {remedy}")
    for name in listed:
        if name.endswith(".safetensors") and (fault := fault_of_weights(path / name)):
            raise WeightsError(f"{path / name} {fault.replace('Download the repository again.', remedy)}")


def write_checksums(folder: Path) -> None:
    """``SHA256SUMS`` over every file of ``folder`` but itself and the card with its pictures."""
    files = sorted(
        path for path in folder.rglob("*")
        if path.is_file() and path.name not in (SUMS, "README.md") and path.suffix != ".png"
    )  # fmt: skip
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files
    ]
    write_file(folder / SUMS, "".join(lines))


def _read_sums(file: Path, remedy: str) -> dict[str, str]:
    sums = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file} is no list of checksums. {remedy}") from error
    for number, line in enumerate(lines, start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise WeightsError(f"Line {number} of {file} is not `<sha256>  <relative path>`. {remedy}")
        sums[name] = digest.lower()
    if INDEX not in sums:
        raise WeightsError(f"{file} does not list {INDEX}. {remedy}")
    return sums


def _components(index: Path, remedy: str) -> list[str]:
    """Names of the components that the index says are there: its `[library, class]` pairs."""
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))
        return [name for name, value in entries.items() if isinstance(value, list) and value[0] is not None]
    except (ValueError, AttributeError, IndexError, RecursionError) as error:
        raise WeightsError(f"{index} is not a pipeline's index. {remedy}") from error
