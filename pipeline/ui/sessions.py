"""What gradio keeps of a session, without the 300 kB copy of the page that it makes for each."""

from copy import copy

from gradio.state_holder import SessionState, StateHolder

__all__ = ["Sessions"]


class _LightState(SessionState):
    """A session whose table of components is filled as they change. Whole, it is for deep links, which we have not."""

    def __init__(self, blocks):
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 3600


class Sessions(StateHolder):
    """Gradio's sessions, light ones."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = _LightState(self.blocks)
        return super().__getitem__(session_id)
