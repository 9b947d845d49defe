"""No test reads or writes the user's own folders: certificates are made in a temporary one, and nothing is stored."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def private_folders(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EASEL_CREDENTIALS", str(tmp_path_factory.mktemp("user") / "credentials"))
        patch.setenv("EASEL_STORE", "off")
        yield
