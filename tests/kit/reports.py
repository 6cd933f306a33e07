"""Delivery reports as servers send them: each shape with the marks by which it differs from the others."""

from base64 import encodebytes
from collections.abc import Callable

OURS = "office+7.abcdefghijklmnop@example.org"


def _report(boundary: str, head: str, words: str, blocks: str, enclosed: str) -> bytes:
    parts = [f"Content-Type: text/plain; charset=us-ascii\n\n{words}\n", blocks, enclosed]
    body = "".join(f"--{boundary}\n{part}\n" for part in parts if part)
    kind = f'Content-Type: multipart/report; report-type=delivery-status;\n boundary="{boundary}"\n'
    return f"{head}MIME-Version: 1.0\n{kind}\n{body}--{boundary}--\n".replace("\n", "\r\n").encode()


def _status(action: str, status: str, diagnostic: str) -> str:
    return (
        "Content-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.net\nArrival-Date: Tue, 01 Sep 2026 14:00:00 +0000 (UTC)\n\n"
        "Final-Recipient: rfc822; carol@example.net\nOriginal-Recipient: rfc822;carol@example.net\n"
        f"Action: {action}\nStatus: {status}\n" + (f"Diagnostic-Code: {diagnostic}\n" if diagnostic else "")
    )


def postfix(path: str = OURS, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Postfix, with the headers of the mail enclosed."""
    return _report(
        "4Wx1",
        "Return-Path: <>\nDate: Tue, 1 Sep 2026 14:00:01 +0000 (UTC)\n"
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\n"
        f"Subject: Undelivered Mail Returned to Sender\nTo: {path}\nAuto-Submitted: auto-replied\n",
        "This is the mail system at host mx.example.net.",
        _status(action, status, "smtp; 550 5.1.1 <carol@example.net>: Recipient address rejected: User unknown"),
        f"Content-Type: text/rfc822-headers\n\nReturn-Path: <{path}>\nFrom: notes@example.org\nTo: carol@example.net\n",
    )


def exchange(path: str = OURS) -> bytes:
    """Exchange, whose own head names only the postmaster's copy; the path is in the enclosed mail."""
    return _report(
        "_xch_",
        "From: <postmaster@example.net>\nTo: <office@example.org>\nSubject: Undeliverable: A date to keep in mind\n"
        "X-MS-Exchange-Message-Is-Ndr:\n",
        "Delivery has failed to these recipients or groups.",
        _status("failed", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup"),
        f"Content-Type: message/rfc822\n\nReturn-Path: {path}\nFrom: notes@example.org\nTo: carol@example.net\n"
        "Subject: A date to keep in mind\nContent-Type: text/plain\n\nHello Carol,\n",
    )


def gmail(path: str = OURS) -> bytes:
    """Gmail: Delivered-To in capitals and lower case mixed, a status line with a comment, X-Failed-Recipients."""
    return _report(
        "000000000000abcd",
        f"Delivered-To: {path.upper()}\nX-Failed-Recipients: carol@example.net\nTo: notes@example.org\n"
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nAuto-Submitted: auto-replied\n",
        "Address not found",
        _status(
            "failed",
            "5.1.1 (bad destination mailbox address)",
            "smtp; 550-5.1.1 The email account that you tried to reach does not exist.",
        ),
        "",
    )


def given_up(path: str = OURS) -> bytes:
    """A server that has tried for five days: its code speaks of a passing trouble, and the mail is lost."""
    return postfix(path, "failed", "4.4.1")


def delayed(path: str = OURS) -> bytes:
    """A server that goes on trying."""
    return postfix(path, "delayed", "4.4.1")


def delivered(path: str = OURS) -> bytes:
    """A receipt that nobody asked for."""
    return postfix(path, "delivered", "2.0.0")


def holiday(path: str = OURS) -> bytes:
    """An automatic answer: it comes to the return path, too."""
    text = (
        f"From: carol@example.net\nTo: {path}\nSubject: Out of the office\nAuto-Submitted: auto-replied\n"
        "Content-Type: text/plain\n\nAction: failed\nStatus: 5.1.1\nI am away until Monday.\n"
    )
    return text.replace("\n", "\r\n").encode()


def coded(path: str = OURS) -> bytes:
    """A server that puts the status part into base64, which the standard forbids."""
    plain = _status("failed", "5.2.1", "smtp; 550 mailbox disabled").partition("\n\n")[2]
    block = "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + encodebytes(
        plain.encode()
    ).decode("ascii")
    return _report("b64", f"From: <>\nTo: {path}\n", "Not delivered.", block, "")


FAILED: dict[str, Callable[[str], bytes]] = {
    "postfix": postfix, "exchange": exchange, "gmail": gmail, "given up": given_up, "coded": coded,
}  # fmt: skip
