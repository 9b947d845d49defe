"""Which phrase a name stands for. Example run: python -m pytest tests/training/test_vocabulary.py"""

import pytest
import torch

from pipeline.data.cutouts import Cutout
from pipeline.language.common_words import MEANT
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.rendering import can_render
from pipeline.training.vocabulary import embed_phrases, main, make_vocabulary, phrases_of
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import TEXT_DIM, tiny_text_encoder, tiny_tokenizer


def cutout(index: int, phrase: str, *, styles=("3d render", "3d icon"), **more) -> Cutout:
    return Cutout(index, str(index), phrase, phrase, phrase.lower(), styles=styles, **more)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    torch.manual_seed(0)
    rows = [
        cutout(0, "Christmas tree", keywords=("tree", "celebration")),
        cutout(1, "deciduous tree", keywords=("tree", "wood"), aliases=("broadleaf",)),
        cutout(2, "wood", keywords=("log", "12")),
        cutout(2, "wood", styles=("flat sticker",)),
        cutout(4, "moss", styles=("flat geometric",)),
        cutout(5, "fern", styles=("flat sticker",)),
        cutout(3, "waving hand: dark", keywords=("hidden",), is_tone_variant=True),
    ]
    return make_vocabulary(rows, tiny_tokenizer(), tiny_text_encoder())


def test_a_phrase_stands_for_itself_even_where_it_is_a_keyword_of_another(vocabulary):
    assert vocabulary.phrase_of["christmas tree"] == "christmas tree" and vocabulary.phrase_of["wood"] == "wood"


def test_aliases_and_keywords_stand_for_a_phrase_that_has_them(vocabulary):
    assert vocabulary.phrase_of["broadleaf"] == "deciduous tree"
    assert vocabulary.phrase_of["celebration"] == "christmas tree"
    assert vocabulary.phrase_of["log"] == "wood"


def test_a_shared_word_stands_for_what_people_mean(vocabulary):
    assert MEANT["tree"] == "deciduous tree" == vocabulary.phrase_of["tree"]


def test_a_phrase_knows_the_styles_that_it_can_be_shown_in(vocabulary):
    assert vocabulary.config.rendered == [style for style in vocabulary.config.styles if can_render(style)]
    assert set(vocabulary.config.rendered) <= set(vocabulary.styles_of("fern"))
    drawn = {style for styles in vocabulary.config.shown.values() for style in styles}
    assert drawn.isdisjoint(vocabulary.config.rendered)


def test_numbers_and_the_keywords_of_tone_variants_name_nothing(vocabulary):
    assert "12" not in vocabulary.phrase_of and "hidden" not in vocabulary.phrase_of


def test_embeddings_are_unit_length_and_find_their_own_name(vocabulary):
    assert torch.allclose(vocabulary.embeds.norm(dim=1), torch.ones(len(vocabulary.embeds)), atol=1e-5)
    name, cosine = vocabulary.nearest(vocabulary.embeds[1])
    assert cosine == pytest.approx(1.0, abs=1e-5) and name == vocabulary.config.names[1]


def test_names_and_phrases_must_pair_up():
    with pytest.raises(ValueError, match="one entry per name"):
        Vocabulary(["a", "b"], ["a"], {}, {})


def test_backgrounds_without_colours_are_refused():
    with pytest.raises(ValueError, match="`backgrounds`"):
        Vocabulary(["a"], ["a"], {}, ["white"])


def test_a_concept_goes_by_its_first_phrase_and_by_that_of_a_tone_only_where_there_is_no_other():
    rows = [
        Cutout(0, "a", "", "Waving Hand: dark", "waving hand", is_tone_variant=True),
        Cutout(1, "b", "", "Waving Hand", "waving hand"),
        Cutout(2, "c", "", "Hand That Waves", "waving hand"),
        Cutout(3, "d", "", "Ear: light", "ear", is_tone_variant=True),
    ]
    assert phrases_of(rows) == {"waving hand": "waving hand", "ear": "ear: light"}


@torch.no_grad()
def test_a_phrase_is_the_mean_of_its_tokens_whatever_is_embedded_beside_it():
    torch.manual_seed(0)
    tokenizer, encoder = tiny_tokenizer(), tiny_text_encoder()
    phrases = ["cat", "a much longer phrase of several words", *(f"thing {letter}" * 2 for letter in "abc" * 50)]
    found = embed_phrases(tokenizer, encoder, phrases)
    assert found.shape == (152, TEXT_DIM) and torch.allclose(found.norm(dim=1), torch.ones(152), atol=1e-5)
    for at in (0, 1, 140):  # in the first batch and in the second
        states = encoder(**tokenizer(phrases[at], return_tensors="pt")).last_hidden_state[0]
        assert torch.allclose(found[at], torch.nn.functional.normalize(states.mean(0), dim=-1), atol=1e-5)


def test_names_of_icons_count_where_their_source_is_named():
    torch.manual_seed(0)
    rows = [
        cutout(0, "fox", source="drawn", keywords=("red",)),
        cutout(1, "about", source="icons", styles=("outline icon",), keywords=("info",)),
    ]
    parts = tiny_tokenizer(), tiny_text_encoder()
    every, some = make_vocabulary(rows, *parts), make_vocabulary(rows, *parts, named={"drawn"})
    assert set(every.phrase_of) == {"fox", "red", "about", "info"} and set(some.phrase_of) == {"fox", "red"}
    assert list(some.config.styles) == list(every.config.styles) == ["3d render", "outline icon"]


@pytest.fixture
def command(tmp_path, monkeypatch):
    """The stage's own command on fifteen shapes in two styles, in an empty folder; gives the vocabulary."""
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    write_cutouts(tmp_path / "pictures")
    torch.manual_seed(0)
    tiny_tokenizer().save_pretrained("encoder")
    tiny_text_encoder().save_pretrained("encoder")

    def command(*words: str) -> Vocabulary:
        main(["--input", "pictures", "--preset", "tiny", "--text-encoder", "encoder", "--run", "run", *words])
        return Vocabulary.from_pretrained("run/vocabulary/vocabulary")

    return command


def test_the_command_keeps_what_the_pictures_are_called(command):
    made = command()
    assert made.phrase_of["red disc"] == "red disc" and made.phrase_of["csid der"] == "red disc"
    assert "figure" in made.phrase_of and set(made.config.styles) == {"flat shape", "inked shape"}
    assert "flat shape" not in command("--sources", "inked=2").config.styles


def test_what_is_held_out_names_nothing(command, tmp_path):
    (tmp_path / "list.tsv").write_text("red disc\n", encoding="utf-8")
    made = command("--held-out", "list.tsv")
    assert "red disc" not in made.phrase_of and "csid der" not in made.phrase_of and "blue disc" in made.phrase_of
    with pytest.raises(SystemExit, match="absent.tsv, which is no file"):
        command("--held-out", "absent.tsv")
