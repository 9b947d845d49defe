"""Example run: python -m pytest tests/language/test_common_words.py"""

from pipeline.language.common_words import COMMON_WORDS, MORE_NAMES


def test_a_word_stands_for_one_thing():
    added = [name for words in MORE_NAMES.values() for name in words.split(", ")]
    assert len(added) == len(set(added))
    assert all(name == name.strip().lower() for name in added)
    contradicted = {name for phrase, words in MORE_NAMES.items() for name in words.split(", ") if name in COMMON_WORDS}
    assert all(COMMON_WORDS[name] == phrase for phrase, words in MORE_NAMES.items() for name in words.split(", ")
               if name in contradicted)  # fmt: skip
