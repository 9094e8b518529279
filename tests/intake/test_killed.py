"""Nothing acknowledged is lost: the web process is killed while shops send, and every event that was answered is there."""

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from runtime.accounts import keys
from runtime.house import House
from runtime.ledger import tables
from tests.intake.conftest import order
from tests.processes import begin

SERVER = """
import os, sys, uvicorn
from runtime import lifeline
from runtime.house import open_house
from runtime.intake import build_app
from runtime.settings import load_settings
lifeline.hold()
house = open_house(load_settings(), ring=lambda: None)
uvicorn.run(build_app(house), fd=int(sys.argv[1]), log_level="warning")
"""


@pytest.mark.kill
def test_every_event_that_was_answered_is_there_after_a_kill(house: House, shop: int) -> None:
    _, secret = keys.create(house, shop, "ingest", "Website")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **house.settings.environment()}
        number = listening.fileno()
        server = begin([sys.executable, "-c", SERVER, str(number)], environment, hand=[number])
    answered: list[int] = []

    def send(first: int) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
            for number in range(first, first + 100_000):
                headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
                connection.request("POST", "/api/v1/events", json.dumps(order(number)), headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                answered.append(number)
        except (OSError, http.client.HTTPException):
            return

    senders = [threading.Thread(target=send, args=(number * 1_000_000,)) for number in range(4)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + 90
    while len(answered) < 300 and time.monotonic() < deadline:
        time.sleep(0.01)
    server.send_signal(signal.SIGKILL)
    server.wait()
    for sender in senders:
        sender.join()

    assert len(answered) >= 300
    with house.ledger.read(shop) as tx:
        there = {row.properties["order_id"] for row in tx.all(select(tables.event.c.properties))}
    assert set(answered) <= there
    # What was under way may have been stored without an answer; sending it again stores nothing twice.
    assert len(there) <= len(answered) + len(senders)
