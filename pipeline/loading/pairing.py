"""torchvision, which some models need: each of its releases goes with one of torch, and beside another breaks imports.

PyPI's own goes with PyPI's torch. Beside a torch of another index (`+cpu`) it cannot be imported, and transformers
imports it wherever it lies.
"""

import importlib
import importlib.util

from pipeline.loading.errors import WeightsError

__all__ = ["check_torchvision", "how_to_install"]

_INDEX = "https://download.pytorch.org/whl"


def how_to_install(package: str) -> str:
    """The command that installs a package here; of torchvision the release that goes with the torch that is there."""
    if package != "torchvision":
        return f"pip install {package}"
    import torch

    release, _, build = torch.__version__.partition("+")
    major, minor, patch = release.split(".")[:3]
    # 0.15 goes with 2.0, 0.28 with 2.13; before and after that nobody knows.
    exact = f"==0.{int(minor) + 15}.{patch}" if major == "2" and patch.isdigit() else ""
    return f"pip install torchvision{exact}" + (f" --index-url {_INDEX}/{build}" if build else "")


def check_torchvision() -> None:
    """Refuse a torchvision that is there and was built for another torch.

    Raises:
        WeightsError: naming the one to install.
    """
    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        importlib.import_module("torchvision")
    except Exception as error:  # a missing operator, a library that cannot be opened, or whatever comes of them
        import torch

        raise WeightsError(
            f"The torchvision that is installed does not go with torch {torch.__version__}, and no model can be "
            f"loaded beside it. Install the one that does with {how_to_install('torchvision')}, or remove it with "
            "pip uninstall torchvision."
        ) from error
