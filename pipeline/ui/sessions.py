"""What gradio keeps of a session, without the 300 kB copy of the page that it makes for each."""

import datetime
from copy import copy
from typing import Any

from fastapi import HTTPException
from gradio.components import State
from gradio.state_holder import SessionState, StateHolder

__all__ = ["LONG_NAME", "MAX_NAME", "Sessions"]

MAX_NAME = 128  # characters of a session's name, which is kept for a while; pages give 11, gradio's clients 36
LONG_NAME = f"session_hash takes up to {MAX_NAME} characters."


class _LightState(SessionState):
    """A session without a table of what every component shows: that is for deep links, which we have not, and to keep
    it gradio describes each argument and each output anew, schema included, with every message of every event.
    """

    def __init__(self, blocks):
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 3600

    def __setitem__(self, key: int, value: Any) -> None:
        block = self.blocks_config.blocks.get(key)
        if isinstance(block, State):
            self._state_ttl[key] = (block.time_to_live, datetime.datetime.now())
            self.state_data[key] = value
        else:
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Sessions(StateHolder):
    """Gradio's sessions, light ones."""

    def __getitem__(self, session_id: str) -> SessionState:
        if len(session_id) > MAX_NAME:
            raise HTTPException(422, LONG_NAME)
        if session_id not in self.session_data:
            self.session_data[session_id] = _LightState(self.blocks)
        return super().__getitem__(session_id)
