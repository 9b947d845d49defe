"""What is kept of a session. Example run: python -m pytest tests/ui/test_sessions.py"""

import gradio as gr
import pytest
from fastapi import HTTPException

from pipeline.ui.sessions import LONG_NAME, MAX_NAME, Sessions


@pytest.fixture
def demo():
    with gr.Blocks() as page:
        page.state, page.text = gr.State([1]), gr.Textbox()
    return page


def sessions_of(demo: gr.Blocks) -> Sessions:
    sessions = Sessions()
    sessions.set_blocks(demo)
    return sessions


def test_each_session_has_states_of_its_own(demo):
    sessions = sessions_of(demo)
    sessions["one"][demo.state._id] = [2]
    assert sessions["one"][demo.state._id] == [2] and sessions["other"][demo.state._id] == [1]
    sessions["one"][demo.state._id].append(3)
    assert sessions["one"][demo.state._id] == [2, 3] and sessions["other"][demo.state._id] == [1]


def test_a_component_that_was_changed_for_one_is_unchanged_for_others(demo):
    sessions = sessions_of(demo)
    changed = gr.Textbox(label="changed", render=False)
    sessions["one"][demo.text._id] = changed
    assert sessions["one"][demo.text._id] is changed and sessions["other"][demo.text._id] is demo.text


def test_no_table_of_the_page_is_made(demo):
    session = sessions_of(demo)["one"]
    session._update_config(demo.text._id)
    session._update_value_in_config(demo.text._id, "x")
    assert session.config_values == {}


def test_a_name_that_is_too_long_is_refused(demo):
    sessions = sessions_of(demo)
    sessions["x" * MAX_NAME]
    with pytest.raises(HTTPException) as refused:
        sessions["x" * (MAX_NAME + 1)]
    assert (refused.value.status_code, refused.value.detail) == (422, LONG_NAME)
    assert list(sessions.session_data) == ["x" * MAX_NAME]
