"""Temporary folders. Example run: python -m pytest tests/serve/test_workplace.py"""

import os
import subprocess
import sys

from pipeline.serve.workplace import Workplace, trim


def folders(parent):
    return [path for path in parent.iterdir() if path.is_dir()]


def test_the_folder_of_a_process_that_died_is_deleted_by_the_next_one(tmp_path):
    die = "import os, sys\nfrom pathlib import Path\nfrom pipeline.serve.workplace import Workplace\n"
    die += "place = Workplace(Path(sys.argv[1]))\n(place.folder / 'a.png').write_bytes(b'x')\nos._exit(9)\n"
    subprocess.run([sys.executable, "-c", die, str(tmp_path)], check=False)
    (left,) = folders(tmp_path)
    assert (left / "a.png").exists()
    alive = Workplace(tmp_path)
    assert folders(tmp_path) == [alive.folder]
    other = Workplace(tmp_path)
    assert {*folders(tmp_path)} == {alive.folder, other.folder}, "one that lives is left alone"
    other.close()
    assert folders(tmp_path) == [alive.folder] and len(list(tmp_path.iterdir())) == 2


def test_folders_that_are_not_ours_are_left_alone(tmp_path):
    (tmp_path / "easel-notes").mkdir()
    Workplace(tmp_path)
    assert (tmp_path / "easel-notes").exists()


def test_a_folder_that_was_deleted_is_made_anew(tmp_path):
    place = Workplace(tmp_path)
    place.folder.rmdir()
    assert place.files() == []
    place.restore()
    assert place.folder.is_dir() and place.files() == []
    Workplace(tmp_path)
    assert place.folder.is_dir(), "it is locked again"


def test_the_oldest_files_go_when_there_are_too_many_bytes(tmp_path):
    for age, name in enumerate(["new", "middle", "old"]):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "file.png"
        path.write_bytes(b"x" * 100)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    assert trim(tmp_path, 300) == 0
    assert trim(tmp_path, 199) == 2
    assert [path.parent.name for path in tmp_path.rglob("*.png")] == ["new"]
