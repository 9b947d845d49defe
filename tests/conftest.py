"""No test reads or writes the user's own folders: certificates are made in a temporary one, and nothing is stored."""

import os

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
