"""A Ray cluster of two workers on this machine, for the tests of the engines."""

import pytest


@pytest.fixture
def ray_cluster():
    """Ray, started; the test is skipped where it is not installed or its node does not come up."""
    ray = pytest.importorskip("ray", reason='Ray is not installed: pip install "ray[data]"')
    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=256 * 2**20)
    except Exception as error:  # Ray raises a bare Exception where its node does not come up in time
        pytest.skip(f"Ray does not start on this machine: {error}")
    yield ray
    ray.shutdown()
