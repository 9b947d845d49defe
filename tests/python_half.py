"""A plugin of pytest: the Python half of torchvision, from a folder where nothing else sees it.

    pip install --no-deps --target .venv/torchvision torchvision==0.28.0
    python -m pytest -p tests.python_half tests/loading/test_families.py

Eight families, and Cosmos 2, need torchvision for being imported alone: transformers' processors resize with it, and
nothing of it is compiled. PyPI's build goes with PyPI's torch: beside one for CPUs its compiled half cannot be opened,
which torchvision bears, and then it fails at describing two operators of that half. Declared, they can be described;
calling one would be an error.
"""

import sys
from pathlib import Path

import torch

FOLDER = Path(sys.prefix) / "torchvision"  # of the virtual environment, which pip fills with --target

sys.path.append(str(FOLDER))
for library in (FOLDER / "torchvision").glob("_C*.so"):
    try:
        torch.ops.load_library(library)
    except OSError:  # built for another torch
        declared = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            declared.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
