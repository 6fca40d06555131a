/// What a diagnosis looks at on every machine. Nothing here changes anything, needs a shell or asks for other rights than the
/// agent's; what a machine does not have is skipped.
public enum CheckCatalogue {
    /// All, in the order of the page.
    public static let checks = system + disk + memory + network + time + services + errors + certificates + packages

    private static let system: [DiagnosticCheck] = [
        .init("kernel-release", "Kernel and machine", ["uname", "-a"]),
        .init("distribution", "Distribution", ["cat", "/etc/os-release"]),
        .init("processors", "Processors", ["nproc"]),
        .init("load", "Load", ["cat", "/proc/loadavg"], judge: MachineJudgement.load),
        .init("processes", "Processes", ["ps", "-eo", "stat,pid,comm"], judge: MachineJudgement.processes),
        .init("top", "What works most", ["top", "-b", "-n", "1"]),
    ]

    private static let disk: [DiagnosticCheck] = [
        .init(
            "disk-space",
            "Disk space",
            ["df", "-P", "-k"],
            timeoutMeans: Finding(
                .bad,
                "a file system does not answer",
                "df hangs: most often a network drive whose server is gone."
            ),
            judge: DiskJudgement.space
        ),
        .init("inodes", "Room for more files", ["df", "-P", "-i"], judge: DiskJudgement.inodes),
        .init("mounts", "File systems that can be written", ["cat", "/proc/mounts"], judge: DiskJudgement.mounts),
        .init("raid", "RAID", ["cat", "/proc/mdstat"], judge: DiskJudgement.raid),
        .init("drives", "Drives", ["lsblk"]),
    ]

    private static let memory: [DiagnosticCheck] = [
        .init("memory", "Memory", ["cat", "/proc/meminfo"], judge: MachineJudgement.memory),
        .init(
            "pressure",
            "Waiting for memory, disk and processor",
            ["grep", "avg", "/proc/pressure/cpu", "/proc/pressure/io", "/proc/pressure/memory"],
            judge: MachineJudgement.pressure
        ),
    ]

    private static let network: [DiagnosticCheck] = [
        .init(
            "routes",
            "Way out of the local network",
            ["cat", "/proc/net/route", "/proc/net/ipv6_route"],
            judge: NetworkJudgement.routes
        ),
        .init("interfaces", "Errors of network cards", ["cat", "/proc/net/dev"], judge: NetworkJudgement.interfaces),
        .init("addresses", "Addresses", ["ip", "addr"]),
        .init("listening", "What listens", ["ss", "-tuln"]),
        .init("name-servers", "Name servers", ["cat", "/etc/resolv.conf"], judge: NetworkJudgement.nameServers),
        .init(
            "dns",
            "Names resolve",
            ["getent", "hosts", "example.org"],
            timeoutMeans: Finding(
                .bad,
                "the name servers do not answer",
                "Names cannot be resolved; look at the name servers and the way to them."
            ),
            judge: NetworkJudgement.names
        ),
    ]

    private static let time: [DiagnosticCheck] = [
        .init("clock", "Clock", ["date", "-u", "+%s"], judge: TimeJudgement.clock),
        .init("clock-source", "Clock is kept right", ["timedatectl", "show"], judge: TimeJudgement.synchronization),
    ]

    private static let services: [DiagnosticCheck] = [
        .init(
            "services",
            "Services",
            ["systemctl", "--failed", "--plain", "--no-legend", "--no-pager"],
            judge: ServiceJudgement.failed
        ),
        .init(
            "containers",
            "Containers",
            ["docker", "ps", "--all", "--format", "{{.Names}}: {{.Status}}"],
            isOptional: true,
            judge: ServiceJudgement.containers
        ),
    ]

    private static let errors: [DiagnosticCheck] = [
        .init(
            "journal",
            "Errors in the journal since the start",
            ["journalctl", "--boot", "--priority=err", "--lines=200", "--no-pager", "--output=short-iso"],
            judge: LogJudgement.journal
        ),
        .init("kernel", "Messages of the kernel", ["dmesg"], judge: LogJudgement.kernel),
        .init(
            "kernel-journal",
            "Messages of the kernel in the journal",
            ["journalctl", "--dmesg", "--boot", "--lines=500", "--no-pager", "--output=short-iso"],
            judge: LogJudgement.kernel
        ),
        .init(
            "system-log",
            "System log",
            ["tail", "-n", "300", "/var/log/syslog", "/var/log/messages"],
            judge: LogJudgement.kernel
        ),
    ]

    /// A program that reads certificates is started by find for each file, since no shell may; the authorities that every system brings
    /// along are left out, and files of keys.
    private static let certificates: [DiagnosticCheck] = [
        .init(
            "certificates",
            "Certificates",
            [
                "find", "-L", "/etc/letsencrypt/live", "/etc/ssl", "/etc/nginx", "/etc/apache2", "/etc/pki/tls",
                "-maxdepth", "3",
                "(", "-path", "/etc/ssl/certs", "-o", "-path", "/etc/ssl/private", ")", "-prune", "-o",
                "-type", "f", "(", "-name", "cert*.pem", "-o", "-name", "fullchain*.pem", "-o", "-name", "*.crt", ")",
                "-print", "-exec", "openssl", "x509", "-noout", "-enddate", "-in", "{}", ";",
            ],
            judge: CertificateJudgement.expiry
        )
    ]

    private static let packages: [DiagnosticCheck] = [
        .init(
            "updates-apt",
            "Updates (apt)",
            ["apt", "list", "--upgradable"],
            isOptional: true,
            judge: PackageJudgement.apt
        ),
        .init(
            "updates-dnf",
            "Updates (dnf)",
            ["dnf", "--cacheonly", "--quiet", "check-update"],
            isOptional: true,
            judge: PackageJudgement.dnf
        ),
        .init(
            "updates-apk",
            "Updates (apk)",
            ["apk", "version", "-l", "<"],
            isOptional: true,
            judge: PackageJudgement.apk
        ),
        .init(
            "restart",
            "Restart after updates",
            ["find", "/run", "-maxdepth", "1", "-name", "reboot-required*"],
            judge: PackageJudgement.restart
        ),
    ]
}
