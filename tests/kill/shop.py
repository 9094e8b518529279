"""A shop whose processes can be killed: web and worker as real processes, and a customer who never stops ordering."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from runtime.accounts import keys, workspaces
from runtime.engine.publishing.publish import publish
from runtime.house import House, open_house
from runtime.places import ROOT
from runtime.settings import Settings
from tests.processes import begin, free_port, surroundings

BRAND = {"format": 1, "name": "Doi Leaf", "postal_address": "41 Ratchadamnoen Road, Chiang Mai"}


def email(kind: str) -> dict[str, object]:
    """An e-mail of this kind ("marketing", "transactional") that names the number of its event."""
    return {
        "format": 1,
        "name": kind,
        "kind": kind,
        "subject": f"{kind} {{{{ event.number }}}}",
        "from_name": "Doi Leaf",
        "from_address": "hello@doileaf.example",
        "sections": [{"kind": "heading", "id": "s1", "text": "Thank you"}, {"kind": "footer", "id": "s2"}],
    }


def _flow(event: str, email: str) -> dict[str, object]:
    return {
        "format": 1,
        "name": event,
        "blocks": [
            {"id": "start", "kind": "event_trigger", "settings": {"event": event}},
            {"id": "mail", "kind": "send_email", "settings": {"email": email}},
        ],
        "links": [{"from": "start", "to": "mail"}],
        "entry": {"key": "number"},
    }


class Shop:
    """Settings, two published flows (an order sends a transactional e-mail, a sign-up a marketing one) and a key."""

    def __init__(self, data: Path, database_url: str, smtp_url: str) -> None:
        self.port = free_port()
        self.settings = Settings(
            data=data,
            database_url=database_url,
            smtp_url=smtp_url,
            port=self.port,
            base_url="https://mail.doileaf.example",
        )
        house = self.open()
        self.workspace = workspaces.first(house)
        drafts = house.desk.drafts(self.workspace)
        now = house.clock.now()
        drafts.put("brand", "brand", "Doi Leaf", BRAND, "Nok", now)
        for kind, event in (("transactional", "Order placed"), ("marketing", "Account created")):
            drafts.put("email", kind, kind, email(kind), "Nok", now)
            drafts.put("flow", kind, kind, _flow(event, kind), "Nok", now)
            publish(house, self.workspace, kind, "Nok")
        _, self._key = keys.create(house, self.workspace, "ingest", "website")
        house.close()
        self._processes: dict[str, subprocess.Popen[Any]] = {}

    def open(self) -> House:
        """The installation, for looking at what has become of it."""
        return open_house(self.settings, ring=lambda: None)

    def start(self, name: str) -> None:
        """Start "web" or "worker"."""
        command = [sys.executable, "-m", "builder.command", name]
        environment = surroundings() | self.settings.environment()
        self._processes[name] = begin(command, environment, cwd=ROOT, start_new_session=True)

    def kill(self, name: str) -> None:
        """kill -9, the whole session."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End what still runs."""
        for name in list(self._processes):
            self.kill(name)

    def post(self, number: int) -> bool:
        """An order or a sign-up, both with a yes to e-mail. Whether it was acknowledged."""
        marketing = number % 2 == 1
        event = {
            "id": f"n{number}",
            "name": "Account created" if marketing else "Order placed",
            "contact": {"email": f"customer{number}@example.com", "consent": {"email": "yes", "source": "checkout"}},
            "properties": {"number": number},
        }
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/api/v1/events"
        request = urllib.request.Request(url, json.dumps(event).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status < 300)
        except (OSError, urllib.error.HTTPError):
            return False


class Customers(threading.Thread):
    """Post events without end, one after the other, and remember which were acknowledged."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(daemon=True)
        self._shop = shop
        self._stopping = threading.Event()
        self.acknowledged: list[int] = []
        self.tried = 0

    def run(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            self.tried = number
            if self._shop.post(number):
                self.acknowledged.append(number)
            else:
                time.sleep(0.02)

    def stop(self) -> None:
        """No more."""
        self._stopping.set()
        self.join(timeout=20)


def moments(seed: int, count: int, shortest: float, longest: float) -> list[float]:
    """Random lengths of time; the seed is part of the test's name, so that a failure can be repeated."""
    chance = random.Random(seed)
    return [chance.uniform(shortest, longest) for _ in range(count)]
