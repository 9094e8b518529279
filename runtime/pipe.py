"""Writing to a pipe all there is to say."""

from typing import IO


def write_whole(out: IO[bytes], said: bytes) -> None:
    """Write all of `said`, and send it off. Raises OSError once nobody reads any more.

    Under PYTHONUNBUFFERED, which images for containers set, `sys.stdout.buffer` is the bare file: a write into a full pipe
    then ends early when the process is stopped and goes on, and the rest would be lost without a word.
    """
    rest = memoryview(said)
    while rest:
        rest = rest[out.write(rest) or 0 :]
    out.flush()
