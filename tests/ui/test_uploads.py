"""The widget of uploads. Example run: python -m pytest tests/ui/test_uploads.py"""

import pytest
from gradio.data_classes import ImageData

from pipeline.ui.uploads import picture_upload


@pytest.mark.parametrize(("payload", "value"), [(None, None), (ImageData(path=None, url="x"), None)])
def test_nothing_uploaded_is_nothing(payload, value):
    assert picture_upload(render=False).preprocess(payload) is value


def test_a_file_is_handed_on_as_it_came_even_where_it_is_no_picture(tmp_path):
    (tmp_path / "x.png").write_bytes(b"no picture")
    upload = picture_upload(label="Picture", elem_id="own", render=False)
    assert upload.preprocess(ImageData(path=str(tmp_path / "x.png"))) == str(tmp_path / "x.png")
    assert (upload.label, upload.elem_id) == ("Picture", "own")
    assert (tmp_path / "x.png").read_bytes() == b"no picture"
