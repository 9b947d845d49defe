"""The weights folder: checked before it is loaded, so that whoever starts the program learns what is wrong with it.

`SHA256SUMS` lists every file as `<64 hex digits>  <relative path>` lines. Its own hash names the weights.

`find_model` also takes a folder or a Hub name of any text-to-image repository of diffusers; see
`pipeline.loading.adapter`.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.loading.hardware import choose_device, choose_dtype

if TYPE_CHECKING:
    from pipeline.loading.adapter import AdaptedPipeline
    from pipeline.text_to_image import TextToImagePipeline

__all__ = ["DEFAULT_WEIGHTS", "FoundModel", "WeightsError", "check_weights", "find_model", "load_pipeline"]
__all__ += ["name_weights", "weights_hash"]

DEFAULT_WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
EXPORT_COMMAND = "python -m pipeline.training.export"
HASH_LENGTH = 12  # hex digits: enough to tell trainings apart, short enough for a link
_SUMS = "SHA256SUMS"
_INDEX = "model_index.json"
_OURS = "TextToImagePipeline"
_HUB_NAME = re.compile(r"(\w[\w.-]*/[\w.-]+?)(?:@([\w.-]+))?", re.ASCII)  # owner/name, perhaps @revision
_CONFIGURATION = (_INDEX, "*/config.json", "README.md", _SUMS)
_BLOCKS, _BLOCK_BYTES = 64, 2**16  # of each file that `name_weights` reads


class WeightsError(Exception):
    """The weights folder cannot be used; the message is a sentence for whoever started the program."""


@dataclass(frozen=True)
class FoundModel:
    """A model that was asked for, before it is loaded.

    Attributes:
        capabilities: its name in recipes and what it can be asked for.
        weights_hash: 12 hex digits that tell its weights from others; "" where they are not known.
        load: loads it on this machine's device; takes seconds to minutes, raises `WeightsError`.
    """

    capabilities: Capabilities
    weights_hash: str
    load: "Callable[[], TextToImagePipeline | AdaptedPipeline]"


def find_model(name: str | Path = DEFAULT_WEIGHTS) -> FoundModel:
    """The model that ``--model`` names: a folder of ours, or of diffusers, or a Hub name (``owner/name[@revision]``).

    A folder that is not there or damaged is reported when it is loaded, so that the page can say so. The Hub is asked
    only for a name that is no folder here; of the repository only its configuration is fetched before ``load``.

    Raises:
        WeightsError: the repository cannot be found, or is not a text-to-image repository.
    """
    path, said = Path(name), str(name)
    if not path.exists() and (match := _HUB_NAME.fullmatch(said)):
        return _find_on_hub(match[1], match[2])
    if not path.exists() or (path.is_dir() and _is_ours(path)):
        return FoundModel(EASEL, weights_hash(path), lambda: load_pipeline(path, device=choose_device()))
    from pipeline.loading.adapter import load_adapted
    from pipeline.loading.repository import check_repository, read_capabilities

    model = re.sub(r"[^\w.@-]+", "-", path.resolve().name, flags=re.ASCII)[:200] or "model"
    check_repository(path, model)
    capabilities = read_capabilities(path, model)

    def load() -> "AdaptedPipeline":
        device = choose_device()
        return load_adapted(path, capabilities, device=device, dtype=choose_dtype(device))

    return FoundModel(capabilities, name_weights(path), load)


def _find_on_hub(repository: str, revision: str | None) -> FoundModel:
    folder = _fetch(repository, revision, _CONFIGURATION)
    commit = folder.name  # the cache names a snapshot's folder by its commit
    if _is_ours(folder):
        return FoundModel(
            EASEL,
            weights_hash(folder),
            lambda: load_pipeline(_fetch(repository, commit, None), device=choose_device()),
        )
    from pipeline.loading.adapter import load_adapted
    from pipeline.loading.repository import download, read_capabilities

    capabilities = read_capabilities(folder, repository)

    def load() -> "AdaptedPipeline":
        device = choose_device()
        whole = download(folder, repository, commit)
        return load_adapted(whole, capabilities, device=device, dtype=choose_dtype(device))

    return FoundModel(capabilities, commit[:HASH_LENGTH], load)


def _fetch(repository: str, revision: str | None, patterns: tuple[str, ...] | None) -> Path:
    """A snapshot of a Hub repository in the local cache."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"There is no folder {repository} here, and the Hub did not give a repository of that name ({reason}). "
            "Check the name and the network, or pass a folder."
        ) from error


def _is_ours(folder: Path) -> bool:
    """Whether the folder is of our own format, by its index, or by its checksums where that is missing or damaged."""
    try:
        name = json.loads((folder / _INDEX).read_text(encoding="utf-8"))["_class_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return (folder / _SUMS).exists()
    return name == _OURS or isinstance(name, list) and _OURS in name


def name_weights(folder: str | Path) -> str:
    """12 hex digits that tell one model's files from another's without reading gigabytes.

    The hash covers every component file's name, its size, and up to 64 blocks of 64 KiB spread evenly over it. Any
    training changes every block; a single changed byte may be missed, so this is a name, no proof of integrity.
    """
    folder = Path(folder)
    digest = hashlib.sha256()
    for path in sorted([folder / _INDEX, *folder.glob("*/*")]):
        if not path.is_file() or path.parent.name.startswith("."):
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}:{size}\n".encode())
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
    return pipe.to(device)


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
