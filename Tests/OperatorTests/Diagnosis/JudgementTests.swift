import SupportChannel
import Testing

@testable import Operator

@Suite("What the output of a check says")
struct JudgementTests {
    private typealias Samples = CheckSamples

    @Test("full file systems are found, once each; images that are full by nature are not")
    func space() throws {
        #expect(
            try Samples.found("disk-space", Samples.df) == ["bad: / is 97 % full", "look: /srv/my backup is 91 % full"]
        )
        // As busybox prints it.
        let busybox = """
            Filesystem           1024-blocks    Used Available Capacity Mounted on
            overlay               61202244  20340404  37720588  35% /
            tmpfs                    65536         0     65536   0% /dev

            """
        #expect(try Samples.found("disk-space", busybox) == [])
        #expect(
            try Samples.found("disk-space", "", errors: "df: /mnt: Stale file handle\n", status: 1) == [
                "unknown: df: /mnt: Stale file handle"
            ]
        )
        #expect(try Samples.found("disk-space", "", outcome: .timedOut) == ["bad: a file system does not answer"])
    }

    @Test("a file system without room for files is found; one without a fixed number of them is fine")
    func inodes() throws {
        let output = """
            Filesystem      Inodes  IUsed   IFree IUse% Mounted on
            /dev/vda1      2621440 2600000  21440   100% /
            /dev/vdb1            0       0      0      - /srv

            """
        #expect(try Samples.found("inodes", output) == ["bad: / has room for few more files (100 % used)"])
        let none = "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vdb1 0 0 0 - /srv\n"
        #expect(try Samples.found("inodes", none) == [])
    }

    @Test("a file system that became read-only is found; a part that is shown so is not")
    func mounts() throws {
        let output = """
            proc /proc proc rw,nosuid 0 0
            /dev/vda1 / ext4 ro,relatime,errors=remount-ro 0 0
            /dev/vdb1 /srv xfs rw,relatime 0 0
            /dev/vdb1 /srv/www/static xfs ro,relatime 0 0
            /dev/vdc1 /archive ext4 ro 0 0
            /dev/loop1 /snap/core squashfs ro 0 0

            """
        #expect(try Samples.found("mounts", output) == ["bad: / can only be read", "look: /archive can only be read"])
    }

    @Test("a RAID that lost a drive is found; a machine without one is not judged")
    func raid() throws {
        let output = """
            Personalities : [raid1]
            md0 : active raid1 sdb1[1] sda1[0](F)
                  1953382464 blocks super 1.2 [2/1] [_U]
            md1 : active raid1 sdd1[1] sdc1[0]
                  1953382464 blocks super 1.2 [2/2] [UU]
            unused devices: <none>

            """
        #expect(try Samples.found("raid", output) == ["bad: RAID md0 has lost a drive"])
        let absent = "cat: /proc/mdstat: No such file or directory\n"
        #expect(try Samples.found("raid", "", errors: absent, status: 1) == ["none"])
    }

    @Test("load is judged for each processor")
    func load() throws {
        #expect(try Samples.found("load", "6.27 5.44 5.71 3/173 581\n", outputs: ["processors": "8\n"]) == [])
        #expect(
            try Samples.found("load", "6.27 5.44 5.71 3/173 581\n", outputs: ["processors": "2\n"])
                == ["look: load of 5.44 on 2 processors"]
        )
        #expect(try Samples.found("load", "9 9.00 9 3/173 581\n") == ["bad: load of 9.00 on 1 processor"])
    }

    @Test("processes that wait for a disk and such as nobody collected are found")
    func processes() throws {
        let head = "STAT   PID COMMAND\nSs       1 systemd\n"
        #expect(try Samples.found("processes", head) == [])
        let stuck =
            head + (1...3).map { "D+     10\($0) nfsd worker\n" }.joined()
            + (1...10).map { "Z      2\($0) sh\n" }.joined()
        #expect(
            try Samples.found("processes", stuck) == [
                "look: 3 processes wait for a disk or a network drive", "look: 10 ended processes were never collected",
            ]
        )
    }

    @Test("memory that is nearly used up is found, on old kernels too")
    func memory() throws {
        let low =
            "MemTotal: 1000000 kB\nMemFree: 20000 kB\nMemAvailable: 40000 kB\nSwapTotal: 500000 kB\nSwapFree: 10000 kB\n"
        #expect(
            try Samples.found("memory", low) == ["bad: 4 % of the memory is left", "bad: the swap space is 98 % full"]
        )
        let old =
            "MemTotal: 1000000 kB\nMemFree: 20000 kB\nBuffers: 20000 kB\nCached: 400000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"
        #expect(try Samples.found("memory", old) == [])
        #expect(try Samples.found("memory", "MemTotal: 1e999 kB\nMemFree: nan\n") != ["bad"])
    }

    @Test("waiting for memory is found, waiting that users do not feel is not")
    func pressure() throws {
        let output = """
            /proc/pressure/cpu:some avg10=39.91 avg60=51.90 avg300=47.53 total=4960033233
            /proc/pressure/io:full avg10=0.09 avg60=0.12 avg300=0.07 total=13055384
            /proc/pressure/memory:full avg10=40.00 avg60=31.50 avg300=2.00 total=1

            """
        #expect(
            try Samples.found("pressure", output) == ["bad: work stands still 31 % of the time for want of memory"]
        )
    }

    @Test("a machine without a default route is found, of either family")
    func routes() throws {
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        let local = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        let out = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        let zeros = String(repeating: "0", count: 32)
        let out6 =
            "\(zeros) 00 \(zeros) 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
        let none6 = "\(zeros) 00 \(zeros) 00 \(zeros) ffffffff 00000001 00000000 00200200       lo\n"
        #expect(try Samples.found("routes", head + local + out) == [])
        #expect(try Samples.found("routes", head + local + out6) == [])
        #expect(try Samples.found("routes", head + local + none6) == ["bad: there is no default route"])
        #expect(try Samples.found("routes", head) == ["bad: there is no default route"])
        #expect(try Samples.found("routes", "", errors: "cat: no\n", status: 1) == ["unknown: cat: no"])
    }

    @Test("a network card with errors is found")
    func interfaces() throws {
        let head =
            "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs\n"
        let row =
            "  eth0: 1149171950  819630    9000    0    0     0          0         0 11491719506  819630    0    0    0     0       0          0\n"
        #expect(try Samples.found("interfaces", head + row) == ["look: errors on the network card eth0"])
        #expect(try Samples.found("interfaces", head + row.replacing("9000", with: "   9")) == [])
    }

    @Test("names that do not resolve are found; what could not be asked is not called so")
    func names() throws {
        #expect(try Samples.found("dns", "2606:4700::1  example.org\n") == [])
        #expect(try Samples.found("dns", "", status: 2) == ["bad: names do not resolve"])
        #expect(try Samples.found("dns", "", outcome: .timedOut) == ["bad: the name servers do not answer"])
        #expect(try Samples.found("dns", "", outcome: .absent) == ["unknown: getent is not on this machine"])
        #expect(try Samples.found("name-servers", "# none\nsearch lan\n") == ["look: no name server is set"])
        #expect(try Samples.found("name-servers", "nameserver 10.0.0.1\n") == [])
    }

    @Test("a clock that is wrong, and one that nothing keeps right, are found")
    func clock() throws {
        #expect(try Samples.found("clock", "1767225590\n") == [])
        #expect(try Samples.found("clock", "1767225000\n") == ["bad: the clock is 10 min slow"])
        #expect(try Samples.found("clock", "1767225700\n") == ["look: the clock is 1 min fast"])
        // Whatever a hostile machine says.
        #expect(try Samples.found("clock", "-9223372036854775808\n").first?.hasPrefix("bad: the clock is") == true)
        #expect(
            try Samples.found("clock-source", "NTP=no\nNTPSynchronized=no\n") == ["look: nothing keeps the clock right"]
        )
        #expect(try Samples.found("clock-source", "NTPSynchronized=yes\n") == [])
        let noSystemd = "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
        #expect(
            try Samples.found("clock-source", "", errors: noSystemd, status: 1) == ["unknown: \(noSystemd.dropLast())"]
        )
    }

    @Test("failed services and containers that are not well are named")
    func services() throws {
        let output = """
            nginx.service      loaded failed failed A high performance web server
            ● backup.service   loaded failed failed Nightly backup

            """
        #expect(try Samples.found("services", output) == ["bad: 2 services have failed: nginx.service, backup.service"])
        #expect(try Samples.found("services", "") == [])
        let containers = "shop: Up 3 days (healthy)\ndb: Restarting (1) 5 seconds ago\nmail: Up 2 hours (unhealthy)\n"
        #expect(try Samples.found("containers", containers) == ["bad: 2 containers are not well: db, mail"])
        #expect(try Samples.found("containers", "", outcome: .absent) == ["none"])
    }

    @Test("errors of the journal are counted by program; a journal that may not be seen is no empty one")
    func journal() throws {
        let output = """
            2026-11-05T20:30:00+0100 shop1 sshd[812]: error: kex_exchange_identification
            2026-11-05T20:31:00+0100 shop1 sshd[813]: error: kex_exchange_identification
            2026-11-05T20:32:00+0100 shop1 kernel: ata1: link is slow

            """
        #expect(try Samples.found("journal", output) == ["look: 3 errors in the journal: sshd (2), kernel (1)"])
        #expect(try Samples.found("journal", "-- No entries --\n") == [])
        let hint = "Hint: You are currently not seeing messages from other users and the system.\n"
        #expect(
            try Samples.found("journal", "-- No entries --\n", errors: hint)
                == ["unknown: the agent's user may not see the system's journal"]
        )
        #expect(
            try Samples.found("journal", "-- No entries --\n", errors: "No journal files were found.\n")
                == ["unknown: No journal files were found."]
        )
    }

    @Test(
        "killed programs, broken drives and crashes are found wherever the kernel's messages are",
        arguments: [
            "kernel", "kernel-journal", "system-log",
        ]
    )
    func kernel(id: String) throws {
        let output = """
            [  100.000000] eth0: link becomes ready
            [ 4839.855964] Out of memory: Killed process 812 (java) total-vm:8123456kB
            [ 4841.366936] blk_update_request: I/O error, dev sdb, sector 2048 op 0x0:(READ)
            [ 4841.400000] EXT4-fs error (device sdb1): ext4_find_entry:1455: inode #2
            [ 4900.000000] php-fpm[99]: segfault at 0 ip 00007f sp 00007f error 4

            """
        #expect(
            try Samples.found(id, output) == [
                "bad: the memory ran out, and the kernel killed programs", "bad: a drive or a file system fails",
                "look: a program crashed",
            ]
        )
        #expect(try Samples.found(id, "[1.0] Linux version 6.1\n") == [])
        let denied = "dmesg: read kernel buffer failed: Operation not permitted\n"
        #expect(try Samples.found(id, "", errors: denied, status: 1) == ["unknown: \(denied.dropLast())"])
    }

    @Test("certificates that run out are found, the first one first")
    func certificates() throws {
        let output = """
            /etc/nginx/shop.crt
            notAfter=Jan  8 00:00:00 2026 GMT
            /etc/letsencrypt/live/shop/fullchain.pem
            notAfter=Dec 30 12:00:00 2025 GMT
            /etc/ssl/local/far.crt
            notAfter=Jan  1 00:00:00 2027 GMT
            /etc/ssl/local/broken.crt
            notAfter=Feb 99 99:99:99 9999999999999999999999 GMT

            """
        #expect(
            try Samples.found("certificates", output, status: 1) == [
                "bad: the certificate /etc/letsencrypt/live/shop/fullchain.pem ran out on 2025-12-30",
                "look: the certificate /etc/nginx/shop.crt runs out in 7 days",
            ]
        )
        let denied = "find: '/etc/letsencrypt/live': Permission denied\n"
        #expect(
            try Samples.found("certificates", "", errors: denied, status: 1)
                == ["unknown: the agent's user may not read the folders of certificates"]
        )
        #expect(try Samples.found("certificates", "", status: 1) == ["none"])
    }

    @Test("updates that wait are counted, those for security apart")
    func packages() throws {
        let apt = """
            Listing...
            appstream/oldstable 0.16.1-2+b1 amd64 [upgradable from: 0.16.1-2]
            apt-transport-https/oldstable-security 2.6.2 all [upgradable from: 2.6.1]
            libssl3/jammy-updates,jammy-security 3.0.2 amd64 [upgradable from: 3.0.1]

            """
        #expect(try Samples.found("updates-apt", apt) == ["bad: 3 updates wait, 2 of them for security"])
        #expect(try Samples.found("updates-apt", "Listing...\n") == [])
        let dnf =
            "\nkernel.x86_64    5.14.0-427   baseos\nbash.x86_64   5.1.8-9   baseos\nObsoleting Packages\na.b 1 c\n"
        #expect(try Samples.found("updates-dnf", dnf, status: 100) == ["look: 2 updates wait"])
        #expect(try Samples.found("updates-dnf", "", outcome: .absent) == ["none"])
        let apk = "Installed:      Available:\nbusybox-1.36.1-r15     < 1.36.1-r19\n"
        #expect(try Samples.found("updates-apk", apk) == ["look: 1 update waits"])
        #expect(
            try Samples.found("restart", "/run/reboot-required\n/run/reboot-required.pkgs\n")
                == ["look: a restart is needed after updates"]
        )
        #expect(try Samples.found("restart", "") == [])
    }

    @Test(
        "no output makes any judge fall over",
        arguments: [
            "", "\n", "%", "a b c d e % f", "-1% -1% -1% -1% -1% x", ":::", "notAfter=", "[_]", "\u{0}\u{1b}]0;x\u{7}",
            "md : [__]", "99999999999999999999% 1 2 3 4 99999999999999999999% /", "0 0 0 0 100% /", "inf inf inf",
            "MemTotal: 0 kB\nMemAvailable: 0 kB",
            "a: 1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308 1e308",
            "/proc/pressure/cpu:", "/proc/pressure/memory:full avg60=1e300",
        ]
    )
    func anything(output: String) throws {
        for check in CheckCatalogue.checks {
            for status: Int32 in [0, 1, 100, 255] {
                _ = try Samples.verdict(check.id, output, errors: output, status: status)
            }
        }
    }

    @Test("every check has a name of its own, runs no shell, and all together fit into one question")
    func catalogue() {
        let ids = CheckCatalogue.checks.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.count + 32 <= DiagnoseParameters.mostChecks)
        for check in CheckCatalogue.checks {
            #expect(!["sh", "bash", "sudo", "env"].contains(check.program))
            #expect(!check.id.hasPrefix("contract-"))
        }
    }
}
