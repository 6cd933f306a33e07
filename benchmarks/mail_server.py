"""A mail server, a process of its own, that takes everything, keeps nothing, and answers when it is told to.

Started with the seconds until each answer; says its port once it listens, and ends when its standard input does.
"""

import asyncio
import sys

_HELLO = b"250-benchmark\r\n250 8BITMIME\r\n"
_ANSWERS = {b"EHLO": _HELLO, b"HELO": b"250 benchmark\r\n", b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_OK = b"250 OK\r\n"


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait_s: float) -> None:
    """One conversation, to its end."""
    writer.write(b"220 benchmark\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        await _answer(writer, _ANSWERS.get(verb, _OK), wait_s)
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            await _answer(writer, _OK, wait_s)
        if verb == b"QUIT":
            break
    writer.close()


async def _answer(writer: asyncio.StreamWriter, answer: bytes, wait_s: float) -> None:
    if wait_s:
        await asyncio.sleep(wait_s)
    writer.write(answer)
    await writer.drain()


async def serve(wait_s: float) -> None:
    """Listen until the standard input ends."""
    server = await asyncio.start_server(lambda r, w: talk(r, w, wait_s), "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
