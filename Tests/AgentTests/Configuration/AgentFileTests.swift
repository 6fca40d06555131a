import Testing

@testable import Agent

@Suite("agent.yaml")
struct AgentFileTests {
    @Test(
        "is read",
        arguments: [
            ("", AgentFile()),
            ("# nothing\n\n", AgentFile()),
            ("relay: https://a.example:8443\n", AgentFile(relay: "https://a.example:8443")),
            ("relay: \"https://a.example\" # ours\r\npin: 'ab'\r\n", AgentFile(relay: "https://a.example", pin: "ab")),
            (
                "logs:\n  - /var/log/a\n  - \"/var/log/b #1\"  # two\n",
                AgentFile(logs: ["/var/log/a", "/var/log/b #1"])
            ),
            ("logs:\n- /var/log/a#1\n\n# more\n- /b\npin: c", AgentFile(pin: "c", logs: ["/var/log/a#1", "/b"])),
            ("logs: [/a, '/b, c' , /d]\n", AgentFile(logs: ["/a", "/b, c", "/d"])),
            ("logs: /var/log\n", AgentFile(logs: ["/var/log"])),
        ]
    )
    func reads(text: String, expected: AgentFile) throws {
        #expect(try AgentFile(reading: text) == expected)
    }

    @Test(
        "is strict, and says in which line and what to do",
        arguments: [
            ("relay", ["line 1: no \"key: value\" (the keys are relay, pin, proxy and logs)"]),
            ("\nrelais: x", ["line 2: an unknown key \"relais\" (the keys are relay, pin, proxy and logs)"]),
            ("pin: a\npin: b", ["line 2: pin a second time (remove one)"]),
            ("pin:a", ["line 1: no space behind \"pin:\" (write one)"]),
            ("pin:", ["line 1: pin without a value (write one behind the colon, or remove the line)"]),
            ("relay: [a]", ["line 1: a list where relay takes one value (write it without brackets)"]),
            ("- /a", ["line 1: a list item that belongs to nothing (write logs: above it)"]),
            ("pin: a\n  b: c", ["line 2: an indented line that belongs to nothing (begin it at the left)"]),
            ("logs:\n\t- /a", ["line 2: a tab (indent with spaces)"]),
            ("logs:\npin: a", ["line 1: logs without a path (write - /var/log/… below it, or remove the line)"]),
            ("logs: [/a, /b", ["line 1: a list that is not closed on its line (write ] behind it)"]),
            ("logs: [/a,, /b]", ["line 1: an empty place in a list (remove the comma)"]),
            ("pin: \"a", ["line 1: a quote that is not closed (write \" behind the value)"]),
            ("pin: \"a\\n\"", ["line 1: an escape in quotes (this file takes values without \\ and doubled quotes)"]),
            ("pin: 'a' b", ["line 1: something behind the value (remove it)"]),
            ("pin: &a b", ["line 1: a value that this file does not take (put it in quotes)"]),
            (
                "pin: |\n  a",
                [
                    "line 1: a value that this file does not take (put it in quotes)",
                    "line 2: an indented line that belongs to nothing (begin it at the left)",
                ]
            ),
            ("pin: a\u{1B}[2J", ["line 1: a control character (remove it)"]),
            ("logs:\n  - [a]", ["line 2: a list item that is not one path (write - /var/log/…)"]),
        ]
    )
    func strict(text: String, problems: [String]) {
        #expect(throws: AgentFile.Problems(sentences: problems)) { try AgentFile(reading: text) }
    }
}
