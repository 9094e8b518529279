"""Intake: durable events over HTTP, beside the least that a durable intake can be (bench/bare_intake.py).

usage: python bench/intake.py [--seconds 5]

Prints, medians of three runs: single POSTs/s and events/s in lists of 100, both over 32 connections, and the p99 of a steady
200/s of single POSTs while the engine works through a backlog. Each POST is answered after its commit.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CONNECTIONS = 32
NUMBERS = count(int(time.time()) * 1_000_000)


def an_event() -> dict[str, object]:
    number = next(NUMBERS)
    return {
        "id": f"bench-{number}",
        "name": "Order placed",
        "contact": {"email": f"e{number % 5000}@example.com", "first_name": "Ann"},
        "properties": {
            "order_id": number,
            "total": 150,
            "items": [
                {"sku": f"S{i}", "title": f"Linen shirt no. {i}", "quantity": 1, "price": "19.90"} for i in range(3)
            ],
        },
    }


def a_request(port: int, key: str, size: int) -> bytes:
    body = json.dumps(an_event() if size == 1 else [an_event() for _ in range(size)]).encode()
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answered(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(head.decode())
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))


async def flood(port: int, key: str, size: int, connections: int, seconds: float) -> float:
    """Requests/s with every connection always waiting for an answer. Requests are written beforehand."""
    requests = [
        [a_request(port, key, size) for _ in range(int(seconds * 12_000 / connections / size) + 20)]
        for _ in range(connections)
    ]
    end = time.perf_counter() + seconds
    done = 0

    async def one(mine: list[bytes]) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in mine:
            if time.perf_counter() > end:
                break
            writer.write(request)
            await answered(reader)
            done += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(mine) for mine in requests))
    return done / (time.perf_counter() - began)


async def steady(port: int, key: str, rate: int, seconds: float) -> list[float]:
    """Milliseconds from the time a POST was due to its answer."""
    took: list[float] = []
    queue: asyncio.Queue[float] = asyncio.Queue()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            due = await queue.get()
            writer.write(a_request(port, key, 1))
            await answered(reader)
            took.append((time.perf_counter() - due) * 1000)
            queue.task_done()

    tasks = [asyncio.create_task(one()) for _ in range(32)]
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        queue.put_nowait(due)
    await queue.join()
    for task in tasks:
        task.cancel()
    return took


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(command: list[str | Path], port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=5)
    seconds = arguments.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        port, bare = free_port(), free_port()
        keyfile = Path(folder) / "key"
        environment = {**os.environ, "CARTWHEEL_DATA": folder, "CARTWHEEL_PORT": str(port), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, ROOT / "bench" / "yardstick_setup.py", keyfile], env=environment, check=True)
        key = keyfile.read_text()
        reference = started([sys.executable, ROOT / "bench" / "bare_intake.py", str(bare), folder], bare, environment)
        web = started([sys.executable, "-m", "builder.command", "web"], port, environment)
        try:
            for title, size in (("single POSTs/s", 1), ("events/s in lists of 100", 100)):
                ours = [asyncio.run(flood(port, key, size, CONNECTIONS, seconds)) * size for _ in range(3)]
                theirs = [asyncio.run(flood(bare, key, size, CONNECTIONS, seconds)) * size for _ in range(3)]
                mine, other = statistics.median(ours), statistics.median(theirs)
                print(f"{title}: {mine:,.0f} beside {other:,.0f} of bare inserts, ratio {mine / other:.2f}", flush=True)
            # What was posted so far is the backlog.
            worker = subprocess.Popen([sys.executable, "-m", "builder.command", "worker"], cwd=ROOT, env=environment)
            time.sleep(2)
            took = sorted(asyncio.run(steady(port, key, 200, seconds)))
            p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
            print(f"200/s while the engine works through a backlog: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
            worker.terminate()
            worker.wait()
        finally:
            web.terminate()
            reference.terminate()
            web.wait()


if __name__ == "__main__":
    main()
