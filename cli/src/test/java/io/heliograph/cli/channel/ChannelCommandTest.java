package io.heliograph.cli.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.console.ExitCode;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelCommandTest {

    private static final Pattern MEMBER = Pattern.compile("\"member\":\"([0-9a-f]{32})\"");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private Program join() {
        return Program.start("channel", "demo", "--directory", folder.toString());
    }

    private static String member(String line) {
        Matcher member = MEMBER.matcher(line);
        assertThat(member.find()).as(line).isTrue();
        return member.group(1);
    }

    @Test
    void threeMembersExchangeMessages() {
        Program first = join();
        String host = first.line("connected");
        assertThat(host).endsWith("\"host\":true}");
        try (Program second = join()) {
            String two = member(second.line("connected"));
            assertThat(member(second.line("joined"))).isEqualTo(member(host));
            assertThat(member(first.line("joined"))).isEqualTo(two);

            first.type("hello there\n{\"topic\":\"news\",\"message\":[1.50]}\n");
            assertThat(second.line())
                    .isEqualTo("{\"event\":\"message\",\"from\":\""
                            + member(host)
                            + "\",\"topic\":\"text\",\"message\":\"hello there\"}");
            assertThat(second.line("message")).endsWith("\"topic\":\"news\",\"message\":[1.50]}");
            second.type("{\"topic\":\"a\",\"message\":1,\"to\":\"" + member(host) + "\"}\n");
            assertThat(first.line("message"))
                    .contains("\"from\":\"" + two + "\"")
                    .endsWith("\"topic\":\"a\",\"message\":1}");

            first.close();
            assertThat(member(second.line("left"))).isEqualTo(member(host));
            assertThat(second.line()).isEqualTo("{\"event\":\"takeover\",\"host\":\"" + two + "\"}");
            Program third = join();
            assertThat(third.line("connected")).endsWith("\"host\":false}");
            third.close();
        }
    }

    @Test
    void endOfInputLeavesAfterDelivery() {
        try (Program first = join()) {
            first.line("connected");
            Program second = Program.run("one\n\ntwo\n", "channel", "demo", "--directory", folder.toString());
            assertThat(second.exitCode()).isZero();
            first.line("joined");
            assertThat(first.line("message")).endsWith("\"message\":\"one\"}");
            assertThat(first.line("message")).endsWith("\"message\":\"two\"}");
            assertThat(first.line("left")).endsWith("\"reason\":\"left\"}");
        }
    }

    @Test
    void invalidLineIsReportedAndOthersAreSent() {
        try (Program first = join()) {
            first.line("connected");
            first.type("{\"topic\":1}\n{\"topic\":\"a\",\"to\":\"nobody\"}\n");
            assertThat(first.line("error")).contains("line 1: ").contains("is not a string");
            assertThat(first.line("error")).contains("line 2: member nobody is not connected");
        }
    }

    @Test
    void invalidChannelNameIsInvalidUsage() {
        Program helio = Program.run("", "channel", "a/b");
        assertThat(helio.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(helio.err()).contains("name: 'a/b' (expected: 1 to 64 of the characters");
    }
}
