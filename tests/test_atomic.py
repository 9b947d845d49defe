"""Example run: python -m pytest tests/test_atomic.py"""

import threading

import pytest

from pipeline.atomic import ASIDE, new_file, write_file


def test_text_and_bytes_arrive_and_replace_what_was_there(tmp_path):
    write_file(tmp_path / "a", "ä\r\n")
    assert (tmp_path / "a").read_bytes() == "ä\r\n".encode()
    write_file(tmp_path / "a", b"\x00\x01")
    assert (tmp_path / "a").read_bytes() == b"\x00\x01"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    write_file(tmp_path / "a", "old")
    with new_file(tmp_path / "a") as aside:
        aside.write_text("ne", encoding="utf-8")
        assert aside.name.endswith(ASIDE) and aside.parent == tmp_path
        assert (tmp_path / "a").read_text(encoding="utf-8") == "old"
    assert (tmp_path / "a").read_text(encoding="utf-8") == "ne"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_is_left_of_what_failed(tmp_path, kind):
    write_file(tmp_path / "a", "old")
    with pytest.raises(KeyboardInterrupt), new_file(tmp_path / "a") as aside:
        if kind == "folder":
            (aside / "in").mkdir(parents=True)
        else:
            aside.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("a", "old")]


def test_a_folder_is_made_whole(tmp_path):
    with new_file(tmp_path / "shard") as aside:
        aside.mkdir()
        (aside / "one").write_bytes(b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["shard"]
    assert (tmp_path / "shard" / "one").read_bytes() == b"1"


def test_threads_do_not_write_into_each_other_s_file(tmp_path):
    names, barrier = [], threading.Barrier(2)

    def write(text: str) -> None:
        with new_file(tmp_path / "a") as aside:
            names.append(aside.name)
            aside.write_text(text, encoding="utf-8")
            barrier.wait(10)

    threads = [threading.Thread(target=write, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(names)) == 2 and (tmp_path / "a").read_text(encoding="utf-8") in ("one", "two")
