#!/usr/bin/env python3
"""核对一张回执。 Verify one receipt (C2SP tlog-proof) offline, with Python's standard library alone.

    python -I -S verify_receipt.py RECEIPT LOG_KEY [WITNESS_KEY ...]

公钥（一行字，或存着它的文件）要早先从信得过的人那里拿到。 A key is a line `name+id+base64`, or a file that holds it; get it early.
退出码 exit status: 0 成立 it holds, 1 不成立 it does not, 2 用法不对 called wrongly.
"""

import base64
import hashlib
import os
import sys
import time

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    """Points of edwards25519 in extended coordinates (RFC 8032 section 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(s, p):
    r = (0, 1, 1, 0)
    while s:
        r, p, s = (add(r, p) if s & 1 else r), add(p, p), s >> 1
    return r


def point(raw):
    """Decode a point (RFC 8032 section 5.1.3); ValueError when it is none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("不是曲线上的点 / not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes([0x58]) + b"\x66" * 31)


def holds(message, signature, public):
    """Whether an Ed25519 signature holds (RFC 8032 section 5.1.7)."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= Q:
        return False
    r, a = point(signature[:32]), point(public)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = times(s, BASE), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P


def decode(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("Base64 写法不对 / not the Base64 of its bytes")
    return raw


def key(text, kind):
    """(name, id, public key) of a verifier key of a kind: 1 a log, 4 a witness."""
    text = open(text, encoding="utf-8").read() if os.path.exists(text) else text
    name, short, encoded = text.strip().split("+", 2)
    raw = decode(encoded)
    own = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != kind or short != own.hex():
        raise ValueError(f"公钥不对 / not the key of a {'log' if kind == 1 else 'witness'}: {text[:60]}")
    return name, own, raw[1:]


def number(text, head):
    value = text[len(head) :]
    if not text.startswith(head) or not (value.isascii() and value.isdigit() and str(int(value)) == value):
        raise ValueError(f"缺一个数 / a number is missing: {head.strip() or 'size'}")
    return int(value)


def verify(receipt, log, witnesses):
    """The leaf, and a line of words for the log and each witness. ValueError says what is false."""
    proof, _, note = receipt.partition("\n\n")
    lines = proof.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra "):
        raise ValueError("不是回执 / not a receipt (C2SP tlog-proof with its leaf)")
    leaf, index = decode(lines[1][6:]), number(lines[2], "index ")
    body, _, tail = note.rpartition("\n\n")
    origin, size, root, *own = body.split("\n")
    size, root, body = number(size, ""), decode(root), (body + "\n").encode()
    suite = next((line[5:] for line in own if line.startswith("hash ")), "sha256")
    if origin != log[0] or not tail.endswith("\n") or suite not in ("sha256", "sm3"):
        raise ValueError(f"是另一本台账的 / of another log: {origin[:60]}")
    at, last, found = index, size - 1, hashlib.new(suite, b"\x00" + leaf).digest()
    for step in map(decode, lines[3:]):  # RFC 9162 section 2.1.3.2
        if len(step) != 32 or last == 0:
            raise ValueError("路径写错了 / the audit path is malformed")
        if at & 1 or at == last:
            found = hashlib.new(suite, b"\x01" + step + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = hashlib.new(suite, b"\x01" + found + step).digest()
        at, last = at >> 1, last >> 1
    if index >= size or last or found != root:
        raise ValueError("路径到不了签名的树根 / the path does not lead to the signed root")
    signed = [(line.split(" ")[1], decode(line.split(" ")[2])) for line in tail[:-1].split("\n")]
    if not any(n == log[0] and s[:4] == log[1] and holds(body, s[4:], log[2]) for n, s in signed):
        raise ValueError("台账的签名不成立 / the signature of the log does not hold")
    words = [f"台账签了 signed by the log: {origin}, {size} 条 entries, 第 index {index}", *own]
    for name, short, public in witnesses:
        for raw in [s for n, s in signed if n == name and s[:4] == short and len(s) == 76]:
            seconds = int.from_bytes(raw[4:12], "big")
            if holds(f"cosignature/v1\ntime {seconds}\n".encode() + body, raw[12:], public):
                moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
                words.append(f"见证者签了 cosigned by the witness: {name}, {moment} UTC")
                break
        else:
            raise ValueError(f"没有见证者的有效签名 / no cosignature that holds: {name}")
    return leaf, words


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        log, witnesses = key(arguments[1], 1), [key(text, 4) for text in arguments[2:]]
        receipt = open(arguments[0], "rb").read().decode("utf-8")
    except (OSError, ValueError) as error:
        print(f"读不了 / cannot be read: {error}", file=sys.stderr)
        return 2
    try:
        leaf, words = verify(receipt, log, witnesses)
    except (ValueError, IndexError) as error:
        print(f"不成立 DOES NOT HOLD: {error}")
        return 1
    print("成立 HOLDS", *words, "这一条 the entry: " + leaf.decode("utf-8", "replace"), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
