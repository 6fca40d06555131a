"""What testssl.sh, sslyze and nmap find in the TLS of a relay of its own: `stress_tls.py PROGRAMS SSLYZE SECONDS`."""

import json
import os
import re
import subprocess
import sys
import time

from bench_stage import Stuck
from stress_relay import beside_relay

# OpenSSL, IANA and NIST have a name each for the same curve.
GROUPS = {"X25519", "P-256", "P-384"}
NAMES = {"prime256v1": "P-256", "secp256r1": "P-256", "secp384r1": "P-384"}
SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}

# What testssl.sh finds and is not ours to mend, with the reason.
NOT_OURS = {
    "cert_chain_of_trust": "the authority is the relay's own, which programs pin; no public one is involved",
    "cert_revocation": "the leaf is renewed by the relay, and who does not trust it any more drops the authority",
    "DNS_CAArecord": "there is no name, and no public authority to allow",
    "HSTS": "no browser is meant to come here",
    "security_headers": "no browser is meant to come here",
}
WRONG = ("LOW", "MEDIUM", "HIGH", "CRITICAL")

# Without a name of any sslyze leaves out what not every server bears, such as early data.
SCANS = (
    "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--elliptic_curves", "--heartbleed", "--openssl_ccs",
    "--reneg", "--compression", "--early_data", "--robot",
)  # fmt: skip


class Findings:
    """What was found, a line each, and how much of it is wrong."""

    def __init__(self):
        self.wrong = 0

    def say(self, line):
        print(line, flush=True)

    def expect(self, condition, what, found=""):
        if not condition:
            self.wrong += 1
        self.say(f"{'ok' if condition else 'WRONG'}: {what}{f' ({found})' if found else ''}")


def run(stage, limit, *command):
    """Runs a scanner to its end. Their exit status counts what they found."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", env=stage.environment, cwd=stage.folder, timeout=limit
        ).stdout
    except subprocess.TimeoutExpired:
        raise Stuck(f"{os.path.basename(command[0])} did not end within {limit:.0f} s") from None


def testssl(stage, port, limit, findings):
    report = stage.path("testssl.json")
    run(
        stage, limit, "testssl", "--quiet", "--color", "0", "--warnings", "off", "--openssl", "/usr/bin/openssl",
        "--jsonfile", report, f"127.0.0.1:{port}",
    )  # fmt: skip
    with open(report) as file:
        entries = json.load(file)
    found = {entry["id"]: entry for entry in entries}
    findings.say(f"testssl.sh: {len(entries)} answers")
    offered = {name: found.get(name, {}).get("finding", "no answer") for name in ("SSLv2", "SSLv3", "TLS1", "TLS1_1", "TLS1_2", "TLS1_3")}
    older = [name for name, finding in offered.items() if name != "TLS1_3" and not finding.startswith("not offered")]
    findings.expect(not older and offered["TLS1_3"].startswith("offered"), "TLS 1.3 alone", ", ".join(older) or offered["TLS1_3"])
    curves = found.get("FS_ECDHE_curves", found.get("PFS_ECDHE_curves", {})).get("finding", "").split()
    curves = {NAMES.get(curve, curve) for curve in curves}
    findings.expect(curves == GROUPS, "X25519, P-256 and P-384 alone", " ".join(sorted(curves)))
    bad = [entry for entry in entries if entry["severity"] in WRONG]
    for entry in bad:
        name, line = entry["id"].split(" ")[0], f"{entry['id']}: {entry['finding']} [{entry['severity']}]"
        if name in NOT_OURS:
            findings.say(f"not ours: {line}: {NOT_OURS[name]}")
        else:
            findings.expect(False, line)


def sslyze(stage, program, port, limit, findings):
    report = stage.path("sslyze.json")
    run(stage, limit, program, *SCANS, "--json_out", report, f"127.0.0.1:{port}")
    with open(report) as file:
        results = json.load(file)["server_scan_results"]
    scan = results[0]["scan_result"] if results else None
    if not scan:
        raise Stuck("sslyze could not reach the relay")
    findings.say(f"sslyze: {sum(part['status'] == 'COMPLETED' for part in scan.values())} scans")
    for name in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"):
        suites = scan[f"{name}_cipher_suites"]["result"]
        findings.expect(suites is not None and not suites["accepted_cipher_suites"], f"no {name}")
    suites = {suite["cipher_suite"]["name"] for suite in scan["tls_1_3_cipher_suites"]["result"]["accepted_cipher_suites"]}
    findings.expect(suites == SUITES, "the suites of TLS 1.3", " ".join(sorted(suites)))
    curves = scan["elliptic_curves"]["result"]["supported_curves"]
    groups = {NAMES.get(curve["name"], curve["name"]) for curve in curves}
    findings.expect(groups == GROUPS, "X25519, P-256 and P-384 alone", " ".join(sorted(groups)))
    for name, key in (
        ("heartbleed", "is_vulnerable_to_heartbleed"),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection"),
        ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"),
        ("tls_compression", "supports_compression"),
        ("tls_1_3_early_data", "supports_early_data"),
    ):
        result = scan[name]["result"]
        found = f"no result: {scan[name]['status']}, {scan[name]['error_reason']}" if result is None else ""
        findings.expect(result is not None and not result[key], f"{key} is false", found)
    robot = scan["robot"]["result"]
    findings.expect(robot is not None and robot["robot_result"].startswith("NOT_VULNERABLE"), "no ROBOT", robot and robot["robot_result"])


def nmap(stage, port, limit, findings):
    text = run(stage, limit, "nmap", "-Pn", "-p", str(port), "--script", "ssl-enum-ciphers", "127.0.0.1")
    versions = re.findall(r"^\|\s+((?:SSL|TLS)v[\d.]+):", text, re.M)
    grades = re.findall(r"^\|\s+(TLS_\S+) \((.*?)\) - (\w)", text, re.M)
    findings.say(f"nmap: {', '.join(versions) or 'no version'}; {len(grades)} suites")
    findings.expect(versions == ["TLSv1.3"], "TLS 1.3 alone", ", ".join(versions))
    findings.expect(bool(grades) and all(grade == "A" for _, _, grade in grades), "every suite has grade A")
    warnings = re.search(r"warnings:\s*\n((?:\|\s{6,}.*\n)+)", text)
    findings.expect(warnings is None, "no warnings", warnings and " ".join(warnings.group(1).split()))


def main(programs, scanner, seconds):
    deadline = time.monotonic() + float(seconds)
    left = lambda: max(1, deadline - time.monotonic())
    programs, scanner = os.path.abspath(programs), os.path.abspath(scanner)
    findings = Findings()

    def scan(stage, relay):
        for look in (
            lambda: nmap(stage, relay.handshake_port, left(), findings),
            lambda: sslyze(stage, scanner, relay.handshake_port, left(), findings),
            lambda: testssl(stage, relay.handshake_port, left(), findings),
        ):
            try:
                look()
            except (Stuck, KeyError, OSError, ValueError) as error:
                findings.expect(False, f"a scanner gave no result: {error!r}")
        return 1 if findings.wrong else 0

    return beside_relay(programs, scan)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
