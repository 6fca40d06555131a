"""What every figure of scripts/bench needs: a folder of its own, and the processes that were started in it."""

import os
import select
import shutil
import subprocess
import tempfile
import time

LIMIT = 60  # seconds for any one step


class Stuck(Exception):
    """A step that did not come to its end."""


def until(what, condition):
    """Waits for a condition, and gives its value."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.001)
    raise Stuck(f"{what} not within {LIMIT} s")


def ended(process):
    """Waits for a process's end, and gives its status. `Popen.wait` with a limit looks only every 50 ms."""
    descriptor = os.pidfd_open(process.pid)
    try:
        select.select([descriptor], [], [], LIMIT)
    finally:
        os.close(descriptor)
    return process.wait(0)


class Stage:
    """A folder and the processes that were started in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lotse-bench-")
        self.started = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "LANG": "C.UTF-8",
            "LOTSE_HOME": self.path("freelancer"),
        }

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def start(self, arguments, log, folder=None, output=None, core=None):
        """Starts a program, perhaps on one core, with a pipe to its standard input; what it says goes to a file called `log`, output
        perhaps elsewhere."""
        if core is not None:
            arguments = ["taskset", "-c", core, *arguments]
        with open(self.path(log), "wb") as file:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=output or file,
                stderr=file,
                env=self.environment,
                cwd=folder or self.folder,
            )
        self.started.append(process)
        return process

    def run(self, *arguments, input="", limit=LIMIT):
        """Runs a program to its end and gives its output."""
        done = subprocess.run(
            arguments, input=input, capture_output=True, text=True, env=self.environment, cwd=self.folder, timeout=limit
        )
        if done.returncode != 0:
            raise Stuck(f"{os.path.basename(arguments[0])} {arguments[1]} failed: {done.stderr.strip()}")
        return done.stdout

    def serve(self, relay, folder, core=None, listen="127.0.0.1:0"):
        """Starts a relay and gives the process and its address."""
        log = os.path.basename(folder) + ".log"
        process = self.start([relay, "serve", folder, "--listen", listen], log, core=core)

        def address():
            # Behind warnings, perhaps.
            lines = [line for line in self.text(log).split("\n")[:-1] if line.startswith("ready ")]
            return lines[0].removeprefix("ready ") if lines else None

        return process, until("the relay", address)

    def stop(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def clear(self):
        for process in reversed(self.started):
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)
