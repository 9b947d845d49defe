"""Example run: python -m pytest tests/loading/test_hub.py"""

import re

import httpx
import pytest
from huggingface_hub import errors

from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model


def hub_error(kind):
    response = httpx.Response(404, request=httpx.Request("GET", "https://example.org"))
    return getattr(errors, kind)("not that one", response=response)


@pytest.mark.parametrize(
    ("error", "offline", "said"),
    [
        (lambda: FileNotFoundError("Cannot reach it:\nno way"), False, r"did not give .* \(Cannot reach it: no way\)"),
        (lambda: hub_error("GatedRepoError"), False, "agreed to its terms. .* hf auth login"),
        (lambda: hub_error("RepositoryNotFoundError"), False, "shows no repository of that name. Check the name"),
        (lambda: hub_error("RevisionNotFoundError"), False, "has no revision v9 on the Hub. Leave @v9 out"),
        (lambda: errors.LocalEntryNotFoundError("a long story"), True, "HF_HUB_OFFLINE keeps the network off"),
        (lambda: errors.LocalEntryNotFoundError("a long story"), False, "the Hub cannot be reached. Check"),
    ],
)  # fmt: skip
def test_a_name_that_the_hub_does_not_give_is_one_sentence(monkeypatch, error, offline, said):
    def snapshot_download(*arguments, **more):
        raise error()

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", offline)
    with pytest.raises(WeightsError) as caught:
        find_model("owner/nothing@v9")
    sentence = str(caught.value)
    assert re.search(said, sentence), sentence
    assert "a long story" not in sentence and "\n" not in sentence and sentence.endswith(".")
