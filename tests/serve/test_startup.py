"""What is wrong is said before a server starts. Example run: python -m pytest tests/serve/test_startup.py"""

import os
import socket
import sys
from types import SimpleNamespace

import pytest

import app
from pipeline.loading.options import AUTO
from pipeline.serve.apart import draw_apart
from pipeline.serve.replicas import AHEAD
from pipeline.serve.startup import (
    TURN_SECONDS,
    StartError,
    check_address,
    check_proxies,
    check_settings,
    trust_proxies,
)


def test_a_free_port_of_this_machine_is_fine():
    for host in (None, "127.0.0.1", "localhost", "0.0.0.0", "[::1]"):
        try:
            check_address(host, None)
        except StartError:
            assert host == "[::1]"  # a machine without IPv6


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is in use.*--port"):
            check_address("127.0.0.1", port)


@pytest.mark.parametrize("port", [99999, -1, 0, 65536])
def test_a_port_is_in_its_range(port):
    with pytest.raises(StartError, match=f"from 1 to 65535, got {port}"):
        check_address(None, port)


@pytest.mark.parametrize("host", ["256.1.1.1", "no such host", "192.0.2.1", "x" * 300])
def test_a_host_is_an_address_of_this_machine(host):
    with pytest.raises(StartError, match="--host") as caught:
        check_address(host, None)
    assert host in str(caught.value)


@pytest.mark.parametrize("name", ["EASEL_WATERMARK_KEY", "EASEL_WATERMARK_OLD_KEYS"])
def test_a_short_key_is_noticed_at_start(name, monkeypatch):
    check_settings()
    monkeypatch.setenv(name, "short")
    with pytest.raises(StartError, match="EASEL_WATERMARK_KEY .* at least 16 bytes, got 5"):
        check_settings()


@pytest.mark.parametrize("port", ["http", "99999", "-1", "7860.5"])
def test_the_port_of_the_environment_is_a_port(port, monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_PORT", port)
    with pytest.raises(StartError, match="GRADIO_SERVER_PORT"):
        check_settings()


@pytest.mark.parametrize("proxy", ["nonsense", "proxy.local", "10.0.0.300", "10.0.0.1/8", ""])
def test_a_proxy_is_an_address_or_a_network(proxy):
    check_proxies(["*", "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"])
    with pytest.raises(StartError, match=f"--proxy takes an address or a network, .* got '{proxy}'"):
        check_proxies(["127.0.0.1", proxy])


def test_addresses_are_taken_from_named_proxies_alone(monkeypatch):
    from uvicorn.middleware.proxy_headers import _TrustedHosts

    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    trust_proxies([])
    nobody = _TrustedHosts(os.environ["FORWARDED_ALLOW_IPS"])
    assert "127.0.0.1" not in nobody and "10.0.0.1" not in nobody and "" not in nobody
    trust_proxies(["10.0.0.1", "192.168.0.0/16"])
    some = _TrustedHosts(os.environ["FORWARDED_ALLOW_IPS"])
    assert "10.0.0.1" in some and "192.168.3.4" in some and "127.0.0.1" not in some


def test_where_it_draws_a_server_s_threads_change_places_less_often(monkeypatch):
    usual, model = sys.getswitchinterval(), SimpleNamespace(load=lambda: None)
    monkeypatch.setattr(app, "is_zero_gpu", lambda: True)
    try:
        assert app._renderers(SimpleNamespace(model="weights"), model, None, AUTO) == (model.load, 1)
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS) and usual < TURN_SECONDS
    finally:
        sys.setswitchinterval(usual)


def test_elsewhere_it_draws_in_another_process_which_has_the_next_recipe_at_hand():
    usual, model = sys.getswitchinterval(), SimpleNamespace(load=lambda: None)
    load, at_once = app._renderers(SimpleNamespace(model="weights"), model, None, AUTO)
    assert (load.func, load.args, at_once) == (draw_apart, ("weights", AUTO), AHEAD)
    assert sys.getswitchinterval() == usual
