"""Start Cartwheel as a target of a comparison with other products, on the same job.

usage: yardstick_target.py SINK_PORT [HTTP_PORT]

For every event POSTed with a total over 100 it sends one personalised HTML mail with three products, about 16 KB, to the
SMTP server on SINK_PORT. The mail is transactional. Prints one JSON line {"url", "headers", "body"} when it is ready and
runs until it is ended. Data is kept in the folder YARDSTICK_DATA, so that a start after a kill goes on where it was.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SINK, PORT = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "8090"
DATA = Path(os.environ.get("YARDSTICK_DATA") or tempfile.mkdtemp(prefix="cartwheel-yardstick"))


def main() -> None:
    environment = {
        **os.environ,
        "CARTWHEEL_DATA": str(DATA),
        "CARTWHEEL_SMTP_URL": f"smtp://127.0.0.1:{SINK}",
        "CARTWHEEL_HOST": "127.0.0.1",
        "CARTWHEEL_PORT": PORT,
        "PYTHONPATH": str(ROOT),
    }
    key = DATA / "yardstick.key"
    if not key.exists():
        # In a process of its own, whose memory is gone when the measuring begins.
        subprocess.run([sys.executable, ROOT / "bench" / "yardstick_setup.py", key], env=environment, check=True)
    up = [sys.executable, "-m", "builder.command", "up", "--no-browser"]
    product = subprocess.Popen(up, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{PORT}"
    while True:
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=2) as answer:
                if json.load(answer).get("ok"):
                    break
        except OSError:
            time.sleep(0.1)
    headers = {"Authorization": f"Bearer {key.read_text()}"}
    print(json.dumps({"url": f"{base}/api/v1/events", "headers": headers, "body": "event"}), flush=True)
    product.wait()


main()
