"""A log with secrets in it, for the figure of the redaction."""

import random

LOG_BYTES = 100_000_000

PATHS = ("/", "/index.html", "/api/v1/orders", "/static/app.css", "/images/harbour.jpg", "/search?q=espresso&page=2")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/7.88.1")
SECRETS = (
    "login of user 17: password=Sommer2026x from {address}",
    'config: {{"api_key": "k7Qm2ZrT9vXw41LpB8sD", "retries": 3}}',
    "GET /callback?state=7&token=f3a9c1d2e4b5a697 from {address}",
    "upstream postgres://till:hunter2secret@db.example:5432/till is slow",
    "request header: Authorization: Bearer mF_9.B5f-4.1JqMzz8201xk",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N was refused",
    "push with ghp_16C7e42F292c6912E7710c838347Ae178B4a failed",
    "bucket key AKIAIOSFODNN7EXAMPLE is old",
)


def write_log(path):
    """Lines as of a web server, every fiftieth with a secret; the same ones each time."""
    draw = random.Random(4821)
    lines = []
    for number in range(20_000):
        address = f"203.0.113.{draw.randrange(256)}"
        second = number % 60
        if number % 50 == 49:
            text = draw.choice(SECRETS).format(address=address)
            lines.append(f"2026/11/26 14:30:{second:02} [info] 1187#0: {text}\n")
        else:
            size, agent = draw.randrange(200, 90_000), draw.choice(AGENTS)
            lines.append(
                f'{address} - - [26/Nov/2026:14:30:{second:02} +0100] "GET {draw.choice(PATHS)} HTTP/1.1" 200 {size} "-" "{agent}"\n'
            )
    block = "".join(lines).encode()
    with open(path, "wb") as file:
        written = 0
        while written < LOG_BYTES:
            part = block[: LOG_BYTES - written]
            written += file.write(part)
