"""No test reads or writes the user's own folders: certificates are made in a temporary one, and nothing is stored."""

import os
from collections import Counter

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # two processes of two threads each take twice as long on two cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def private_folders(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EASEL_CREDENTIALS", str(tmp_path_factory.mktemp("user") / "credentials"))
        patch.setenv("EASEL_STORE", "off")
        patch.setattr("pipeline.serve.store.WAIT_SECONDS", 120.0)  # a busy machine is late, and nothing is wrong
        yield


@pytest.hookimpl(trylast=True)  # once those of other markers are out
def pytest_collection_modifyitems(items):
    """The modules that take long come first: one that began last would leave the other process idle."""
    slow, all_of_it = Counter(), Counter(item.path for item in items)
    for item in items:
        slow[item.path] += any(item.get_closest_marker(name) for name in ("slow", "browser"))
    items.sort(key=lambda item: (-slow[item.path], -all_of_it[item.path]))
