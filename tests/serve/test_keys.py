"""Who may ask, and how often. Example run: python -m pytest tests/serve/test_keys.py"""

import pytest

from pipeline.serve.keys import Allowance, Keys, keys_from_environment, rate_from

ONE, TWO = "a-key-of-enough-letters", "another-key-of-enough"


def test_a_key_is_sent_as_a_bearer_or_as_an_aws_access_key():
    keys = Keys((ONE, TWO))
    assert keys and not Keys()
    assert keys.holder({"authorization": f"Bearer {ONE}"}) == "key 1"
    assert keys.holder({"authorization": f"bearer {TWO}"}) == "key 2"
    aws = f"AWS4-HMAC-SHA256 Credential={TWO}/20261128/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0"
    assert keys.holder({"authorization": aws}) == "key 2"
    for header in ("", "Bearer", f"Bearer {ONE}x", f"Basic {ONE}", ONE, f"Bearer {ONE} {TWO}"):
        assert keys.holder({"authorization": header}) is None
    assert keys.holder({}) is None and Keys().holder({}) == ""


def test_the_environment_holds_keys_between_commas_or_spaces(monkeypatch):
    for text, count in (("", 0), (" , ", 0), (ONE, 1), (f"{ONE},{TWO}", 2), (f" {ONE}\n{TWO}, ", 2)):
        monkeypatch.setenv("EASEL_API_KEYS", text)
        assert len(keys_from_environment()._digests) == count
    monkeypatch.setenv("EASEL_API_KEYS", "short")
    with pytest.raises(ValueError, match="EASEL_API_KEYS: A key takes 16 or more letters.*got one of 5 characters"):
        keys_from_environment()


def test_an_allowance_comes_back_with_time():
    now = [0.0]
    allowance = Allowance(2, addresses=2, clock=lambda: now[0])
    assert [allowance.take("a") for _ in range(3)] == [True, True, False]
    assert allowance.take("b")
    now[0] = 31.0
    assert [allowance.take("a") for _ in range(2)] == [True, False]
    allowance.take("c")  # now "b" is the one seen longest ago
    assert [allowance.take("b") for _ in range(3)] == [True, True, False]


def test_several_at_once_are_taken_together_or_not_at_all():
    now = [0.0]
    allowance = Allowance(4, clock=lambda: now[0])
    assert [allowance.take("a", 3), allowance.take("a", 2), allowance.take("a", 1)] == [True, False, True]
    now[0] = 60.0
    assert allowance.take("a", 10), "more than a minute's worth waits for a whole minute's, not for ever"
    assert not allowance.take("a")
    assert all(Allowance(0).take("a", 99) for _ in range(9)), "0 is without bound"


def test_the_rate_is_given_or_in_the_environment(monkeypatch):
    assert (rate_from(None), rate_from(7)) == (0, 7)
    monkeypatch.setenv("EASEL_RATE", "30")
    assert (rate_from(None), rate_from(0)) == (30, 0)
    for wrong in ("many", "-1", "1.5"):
        monkeypatch.setenv("EASEL_RATE", wrong)
        with pytest.raises(ValueError, match=f"EASEL_RATE takes a whole number.*got '{wrong}'"):
            rate_from(None)
