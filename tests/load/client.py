"""A user of the dashboard without a browser: Streamlit's own protocol, spoken to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect

ANSWER_SECONDS = 300.0  # for a run of the page, with a crowd before it
SIZE = re.compile(r"(\d+) jobs")


class User:
    """
    One user with one window.

    Parameters
    ----------
    url
        Address of the dashboard, ``http://127.0.0.1:…``.

    Attributes
    ----------
    widgets
        Ids of the widgets that were drawn, by their key.
    said
        The texts of the last run, joined.
    sizes
        All numbers of jobs that any text ever named.
    charts, messages
        How many charts were drawn, and how many messages came, in the last run.
    failed
        What went wrong before the user's eyes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.widgets: dict[str, str] = {}
        self.states: dict[str, WidgetState] = {}
        self.pages: dict[str, str] = {}
        self.page = ""
        self.query = ""
        self.said = ""
        self.sizes: set[int] = set()
        self.charts = 0
        self.failed: list[str] = []
        self.messages = 0
        self.repeated: tuple[str, float] | None = None
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> User:
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item]  # a plain str
            max_size=None,
            origin=self.url,  # type: ignore[arg-type]  # a plain str
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def open(self) -> float:
        """Open the first page; seconds until it is drawn."""
        return await self.run()

    async def go(self, title: str) -> float:
        """Go to another page; seconds until it is drawn."""
        self.page = self.pages[title]
        return await self.run()

    async def set(self, key: str, **value: object) -> float:
        """Change a widget; seconds until the page is drawn."""
        state = WidgetState(id=self.widgets[key])
        for name, content in value.items():
            if isinstance(content, list):
                getattr(state, name).data.extend(content)
            else:
                setattr(state, name, content)
        self.states[key] = state
        return await self.run()

    async def press(self, key: str) -> float:
        """Press a button; seconds until the page is drawn."""
        return await self.run(WidgetState(id=self.widgets[key], trigger_value=True))

    async def plan(self) -> float:
        """Press Plan; seconds until a plan is drawn."""
        began = perf_counter()
        await self.press("press_plan")
        while self.repeated is not None:  # its progress, until the page runs anew
            fragment, interval = self.repeated
            await asyncio.sleep(interval)
            await self.run(fragment=fragment)
        return perf_counter() - began

    @property
    def planned(self) -> bool:
        """Whether the page shows a plan."""
        return self.charts > 0 and "Nothing is planned yet" not in self.said

    async def run(
        self, pressed: WidgetState | None = None, fragment: str | None = None
    ) -> float:
        """Let the page run with the widgets as they are; seconds until it has."""
        states = [*self.states.values(), *([pressed] if pressed is not None else [])]
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_script_hash = self.page
        asked.rerun_script.widget_states.CopyFrom(WidgetStates(widgets=states))
        if fragment is not None:
            asked.rerun_script.fragment_id = fragment
            asked.rerun_script.is_auto_rerun = True
        self.messages = 0
        assert self._socket is not None
        began = perf_counter()
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(ANSWER_SECONDS):
            while not self._take(await self._socket.recv(decode=False)):
                pass
        return perf_counter() - began

    def _take(self, data: bytes | str) -> bool:
        """Take a message in; whether it ends a run."""
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        self.messages += 1
        match message.WhichOneof("type"):
            case "delta":
                for element in elements(message):
                    self._draw(element)
            case "navigation":
                self.pages = {
                    page.page_name: page.page_script_hash
                    for page in message.navigation.app_pages
                    if not page.is_hidden
                }
            case "new_session":
                if not message.metadata.run.fragment_ids:
                    self.charts, self.said, self.repeated = 0, "", None
                self.page = message.new_session.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                repeat = message.auto_rerun
                self.repeated = (repeat.fragment_id, repeat.interval)
            case "stop_auto_rerun":
                self.repeated = None
            case "script_finished":
                # A run that another one follows at once has not ended it.
                return message.script_finished != message.FINISHED_EARLY_FOR_RERUN
        return False

    def _draw(self, element: object) -> None:
        """Note what a user would see of an element."""
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        part = getattr(element, str(kind))
        name = getattr(part, "id", "")
        if isinstance(name, str) and "-" in name:
            self.widgets[name.rsplit("-", 1)[1]] = name
        body = getattr(part, "body", "") if kind != "html" else ""
        if isinstance(body, str) and body:
            self.said += body + "\n"
            self.sizes |= {int(x) for x in SIZE.findall(body)}
        if kind == "plotly_chart":
            self.charts += 1
        if kind == "exception" or (kind == "alert" and "went wrong" in body):
            self.failed.append(str(part)[:300])


def elements(message: ForwardMsg) -> Iterator[object]:
    """Elements that a message draws; a block holds none itself."""
    if message.delta.WhichOneof("type") == "new_element":
        yield message.delta.new_element
