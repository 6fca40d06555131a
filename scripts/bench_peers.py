"""What stands beside the relay: a relay and proxies that end TLS and begin it anew, each on the one core that is measured.

All use TLS 1.3 with AES-128-GCM on the system's OpenSSL, one thread or one core, no session tickets, and the relay's own certificate (P-256).
HAProxy can only be told so by OpenSSL's own configuration: under TLS 1.3 its `no-tls-tickets` makes tickets of another kind.
"""

import json
import os
import socket
import time

from bench_stage import Stuck, until

# Two of the cores that this process may use.
MEASURED, LOAD = (str(core) for core in (sorted(os.sched_getaffinity(0)) * 2)[:2])
HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Relay:
    """A relay at an address of this machine, with an operator who is logged in; logs are read in the stage's folder."""

    name = "Lotse"

    def __init__(self, stage, programs, name="relay", core=MEASURED, host="127.0.0.1"):
        self.stage = stage
        lotse, relay = (os.path.join(programs, program) for program in ("lotse", "lotse-relay"))
        self.folder, self.home = stage.path(name), stage.path(name + "-home")
        stage.environment["LOTSE_HOME"] = self.home
        stage.run(relay, "init", self.folder, "--host", host)
        # All of the load comes from one address.
        settings = os.path.join(self.folder, "relay.yaml")
        with open(settings) as file:
            text = file.read()
        with open(settings, "w") as file:
            file.write(text.replace("maximumConnectionsPerAddress: 1000", "maximumConnectionsPerAddress: 20000"))
        token = json.loads(stage.run(relay, "operator", "add", "jana", "--dir", self.folder, "--json"))["token"]
        self.process, address = stage.serve(relay, self.folder, core, f"{host}:0")
        self.address = address
        stage.run(lotse, "login", address, input=token + "\n")
        contract = stage.path(name + "-contract.yaml")
        with open(os.path.join(HERE, "demo-contract.yaml")) as source, open(contract, "w") as target:
            target.write(source.read().replace("logs: [/var/log]", f"logs: [{stage.folder}]"))
        stage.run(lotse, "contract", "add", contract)
        self.tls = os.path.join(self.folder, "tls")
        self.handshake_port = int(address.rpartition(":")[2])

    def way(self, lane):
        return ["--home", self.home]

    def stop(self):
        self.stage.stop(self.process)


class Proxy:
    """A proxy with two lanes, so that two programs can be the server behind it at the same time."""

    def __init__(self, stage, tls, name):
        self.stage, self.tls = stage, tls
        self.folder = stage.path(name)
        os.mkdir(self.folder)
        self.lanes = [(free_port(), free_port()) for _ in range(2)]
        self.handshake_port = free_port()
        certificates = ""
        for part in ("server.pem", "ca.pem", "server.key"):
            with open(os.path.join(tls, part)) as file:
                certificates += file.read()
        with open(self.path("all.pem"), "w") as file:
            os.chmod(file.name, 0o600)
            file.write(certificates)
        with open(self.path("settings"), "w") as file:
            file.write(self.settings())
        tickets = self.path("openssl")
        with open(tickets, "w") as file:
            file.write("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = contexts\n[contexts]\nNumTickets = 0\n")
        self.began = time.monotonic()
        self.process = stage.start(["env", f"OPENSSL_CONF={tickets}", *self.command()], name + ".log", core=MEASURED)

        def ready():
            if self.process.poll() is not None:
                raise Stuck(f"{self.name} stopped: {stage.text(name + '.log')}")
            return listens(self.lanes[1][0])

        until(self.name, ready)

    def path(self, name):
        return os.path.join(self.folder, name)

    def way(self, lane):
        port, backend = self.lanes[lane]
        return ["--proxy", str(port), "--backend", str(backend), "--tls", self.tls]

    def stop(self):
        self.stage.stop(self.process)


class HAProxy(Proxy):
    name = "HAProxy"

    def command(self):
        return ["/usr/sbin/haproxy", "-db", "-f", self.path("settings")]

    def settings(self):
        ca = os.path.join(self.tls, "ca.pem")
        bind = f"ssl crt {self.path('all.pem')} ca-file {ca} verify optional"
        text = """global
    nbthread 1
    maxconn 9500
    ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets
    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
    ssl-default-server-options ssl-min-ver TLSv1.3
    ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256
defaults
    timeout connect 10s
    timeout client 10m
    timeout server 10m
    timeout http-request 10s
"""
        for number, (port, backend) in enumerate(self.lanes):
            text += f"listen lane{number}\n    mode tcp\n    bind 127.0.0.1:{port} {bind}\n"
            text += f"    server end 127.0.0.1:{backend} ssl verify required ca-file {ca}\n"
        # For handshakes alone: what speaks HTTP calls no server before the first request.
        return text + f"frontend handshakes\n    mode http\n    bind 127.0.0.1:{self.handshake_port} {bind}\n"


class Nginx(Proxy):
    name = "nginx"

    def command(self):
        return ["/usr/sbin/nginx", "-p", self.folder, "-e", "stderr", "-c", self.path("settings")]

    def settings(self):
        certificate = self.path("all.pem")
        text = f"""daemon off;
master_process off;
pid {self.path("pid")};
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
events {{ worker_connections 4096; }}
stream {{
    ssl_protocols TLSv1.3;
    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_session_tickets off;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    proxy_ssl on;
    proxy_ssl_protocols TLSv1.3;
    proxy_ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
"""
        for port, backend in self.lanes:
            text += f"    server {{ listen 127.0.0.1:{port} ssl; proxy_pass 127.0.0.1:{backend}; }}\n"
        return text + "}\n"


class Stunnel(Proxy):
    """One service of it ends TLS, the next begins it anew, with plain TCP in between: it can do no other."""

    name = "stunnel"

    def command(self):
        return ["stunnel4", self.path("settings")]

    def settings(self):
        certificate = self.path("all.pem")
        text = "foreground = yes\npid =\nsyslog = no\ndebug = warning\n"
        common = "sslVersionMin = TLSv1.3\nciphersuites = TLS_AES_128_GCM_SHA256\n"
        for number, (port, backend) in enumerate(self.lanes):
            middle = free_port()
            text += f"[in{number}]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{middle}\ncert = {certificate}\n{common}"
            text += f"[out{number}]\nclient = yes\naccept = 127.0.0.1:{middle}\nconnect = 127.0.0.1:{backend}\n{common}"
        return text
