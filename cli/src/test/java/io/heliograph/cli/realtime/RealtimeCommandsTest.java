package io.heliograph.cli.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code helio serve}, {@code sub}, {@code pub}, {@code invoke} and {@code transmit}, against each other. */
class RealtimeCommandsTest {

    private static final Pattern URL = Pattern.compile("\"url\":\"(ws://localhost:\\d+/\\S*)\"}");

    @TempDir
    Path folder;

    private Program server = Program.start("serve", "--demo", "--port", "0");
    private String url = url(server);

    @AfterEach
    void stop() {
        server.close();
    }

    private static String url(Program server) {
        Matcher listening = URL.matcher(server.line("listening"));
        assertThat(listening.find()).isTrue();
        return listening.group(1);
    }

    private void restart(String... options) {
        server.close();
        String[] args = new String[options.length + 4];
        System.arraycopy(new String[] {"serve", "--demo", "--port", "0"}, 0, args, 0, 4);
        System.arraycopy(options, 0, args, 4, options.length);
        server = Program.start(args);
        url = url(server);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sum | {\"a\":1,\"b\":2} | {\"data\":3}",
                "sum | [1.5,2] | {\"data\":3.5}",
                "sum | [5,5] | {\"data\":10}",
                "sum | [5.0,5] | {\"data\":10}",
                "sum | [0.1,0.2] | {\"data\":0.3}",
                "sum | [1e300,0] | {\"data\":1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000}",
                "echo | {\"a\":[1,null,\"x\"]} | {\"data\":{\"a\":[1,null,\"x\"]}}",
                "echo | null | {\"data\":null}",
                "login | {\"username\":\"ada\"} | {\"data\":null}",
            })
    void responseIsOneLine(String procedure, String data, String answer) {
        Program invoke = Program.run("", "invoke", url, procedure, data);

        assertThat(invoke.line()).isEqualTo(answer);
        assertThat(invoke.exitCode()).isZero();
        assertThat(invoke.err()).isEmpty();
    }

    @Test
    void absentDataDiffersFromNull() {
        assertThat(Program.run("", "invoke", url, "echo").line()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "fail | 1 | helio: DemoError: demo failure",
                "sum | [1e400,1] | helio: InvalidArgumentsError: sum takes {\"a\":1,\"b\":2} or [1,2]",
                "sum | {\"a\":-1e400,\"b\":0} | helio: InvalidArgumentsError: sum takes {\"a\":1,\"b\":2} or [1,2]",
                "sum | [1] | helio: InvalidArgumentsError: sum takes {\"a\":1,\"b\":2} or [1,2]",
                "login | {\"username\":\"mallory\"} | helio: FailedLoginError: mallory may not log in",
            })
    void failedCallIsOneLineOnStandardError(String procedure, String data, String line) {
        Program invoke = Program.run("", "invoke", url, procedure, data);

        assertThat(invoke.exitCode()).isEqualTo(1);
        assertThat(invoke.err().strip()).isEqualTo(line);
        assertThat(invoke.lines()).isEmpty();
    }

    @Test
    void unknownProcedureFailsAtOnce() {
        Program invoke = Program.run("", "invoke", url, "nobody");

        assertThat(invoke.exitCode()).isEqualTo(1);
        assertThat(invoke.err())
                .isEqualTo("helio: ProcedureNotFoundError: procedure: 'nobody' (expected: a registered procedure)\n");
    }

    @Test
    void subscriberReceivesPublications() {
        try (Program sub = Program.start("sub", url, "news", "other")) {
            sub.line("connect");
            sub.line("subscribe");
            sub.line("subscribe");
            Program pub = Program.run("", "pub", url, "news", "{\"n\":1.50}");

            assertThat(pub.exitCode()).isZero();
            assertThat(sub.line()).isEqualTo("{\"event\":\"message\",\"channel\":\"news\",\"data\":{\"n\":1.50}}");
        }
    }

    @Test
    void linesOfStandardInputArePublished() {
        try (Program sub = Program.start("sub", url, "news")) {
            sub.line("connect");
            sub.line("subscribe");
            Program pub = Program.run("1\n\n{\"a\":1.50}\n\"x\"", "pub", url, "news");

            assertThat(pub.err()).isEmpty();
            assertThat(pub.exitCode()).isZero();
            assertThat(pub.lines()).isEmpty();
            for (String data : new String[] {"1", "{\"a\":1.50}", "\"x\""}) {
                assertThat(sub.line()).isEqualTo("{\"event\":\"message\",\"channel\":\"news\",\"data\":" + data + "}");
            }
        }
    }

    @Test
    void linesThatAreNotPublishedAreFailures() {
        Program invalid = Program.run("1\n{\n2\n", "pub", url, "news");
        assertThat(invalid.exitCode()).isEqualTo(1);
        assertThat(invalid.line("error")).contains("line 2: malformed JSON");
        assertThat(invalid.err()).isEqualTo("helio: lines not published: 1, see the error events.\n");

        Program rejected = Program.run("1\n2\n", "pub", url, "members");
        assertThat(rejected.exitCode()).isEqualTo(1);
        assertThat(List.of(rejected.line("error"), rejected.line("error")))
                .allMatch(line -> line.contains("NotAllowedError"))
                .anyMatch(line -> line.contains("\"line\":1"))
                .anyMatch(line -> line.contains("\"line\":2"));
        assertThat(rejected.err()).isEqualTo("helio: lines not published: 2, see the error events.\n");
    }

    @Test
    void loginPrecedesPublication() {
        try (Program sub = Program.start("sub", url, "chat")) {
            sub.line("connect");
            sub.line("subscribe");
            Program pub =
                    Program.run("", "pub", url, "chat", "{\"text\":\"hello\"}", "--login", "{\"username\":\"Ada\"}");

            assertThat(pub.err()).isEmpty();
            assertThat(pub.exitCode()).isZero();
            assertThat(sub.line("message")).contains("\"from\":\"Ada\",\"text\":\"hello\"");
        }
        Program wrong = Program.run("", "pub", url, "chat", "1", "--login", "{\"username\":\"mallory\"}");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).isEqualTo("helio: FailedLoginError: mallory may not log in\n");
    }

    @Test
    void demoLimitsNamesTextsAndRecentMessages() {
        String login = "{\"username\":\"Ada\"}";
        assertThat(Program.run("", "invoke", url, "login", "{\"username\":\"" + "x".repeat(33) + "\"}")
                        .exitCode())
                .isEqualTo(1);
        assertThat(Program.run("", "invoke", url, "login", "{\"username\":\"" + "x".repeat(32) + "\"}")
                        .exitCode())
                .isZero();
        String longest = "{\"text\":\"" + "x".repeat(1000) + "\"}";
        assertThat(Program.run("", "pub", url, "chat", longest.replaceFirst("x", "xx"), "--login", login)
                        .err())
                .startsWith("helio: InvalidArgumentsError: ");
        assertThat(Program.run((longest + "\n").repeat(51), "pub", url, "chat", "--login", login)
                        .exitCode())
                .isZero();
        String recent = Program.run("", "invoke", url, "recent").line();
        assertThat(recent.split("\"from\":\"Ada\"", -1)).hasSize(51);
    }

    @Test
    void countEndsSubscriber() {
        Program sub = Program.start("sub", url, "ticks", "--count", "1");

        assertThat(sub.exitCode()).isZero();
        sub.line("connect");
        sub.line("subscribe");
        assertThat(sub.line("message")).contains("\"channel\":\"ticks\",\"data\":{\"count\":");
        assertThat(sub.lines()).isEmpty();
    }

    @Test
    void transmittedEventReachesReceiver() {
        Program transmit = Program.run("", "transmit", url, "log", "{\"text\":\"hello\"}");

        assertThat(transmit.exitCode()).isZero();
        String line = server.line();
        while (!line.startsWith("{\"event\":\"log\"")) {
            line = server.line(); // the disconnection may be printed first
        }
        assertThat(line).endsWith("\"data\":{\"text\":\"hello\"}}");
    }

    @Test
    void membersChannelRequiresToken() throws IOException {
        Program pub = Program.run("", "pub", url, "members", "1");
        assertThat(pub.exitCode()).isEqualTo(1);
        assertThat(pub.err())
                .isEqualTo(
                        "helio: NotAllowedError: publish: 'members' is not allowed: log in before you use the channel members\n");

        Program sub = Program.run("", "sub", url, "members");
        assertThat(sub.exitCode()).isEqualTo(1);
        assertThat(sub.err()).contains("NotAllowedError", "log in before you use the channel members");

        String secret = "0123456789abcdef0123456789abcdef";
        restart("--auth-key-file", file("key", secret));
        Path token = Path.of(file(
                "token",
                // {"alg":"HS256","typ":"JWT"}, {"username":"ada"}, signed with:
                // secret
                Tokens.hs256("{\"username\":\"ada\"}", secret)));
        Program member = Program.run("", "pub", url, "members", "1", "--token-file", token.toString());
        assertThat(member.err()).isEmpty();
        assertThat(member.exitCode()).isZero();
    }

    @Test
    void tokenOfAnotherKeyIsRejected() {
        Program pub =
                Program.run("", "pub", url, "news", "1", "--token", Tokens.hs256("{\"username\":\"eve\"}", "guess"));

        assertThat(pub.exitCode()).isEqualTo(1);
        assertThat(pub.err()).isEqualTo("helio: AuthTokenInvalidError: invalid signature\n");
    }

    @Test
    void bothVersionsAndCodecsAreSupported() {
        restart("--protocol", "1", "--codec", "min-bin");

        Program invoke = Program.run("", "invoke", url, "sum", "[1,2]", "--protocol", "1", "--codec", "min-bin");

        assertThat(invoke.line()).isEqualTo("{\"data\":3}");
    }

    @Test
    void chatPageIsServed() throws Exception {
        URI page = URI.create(url.replace("ws://", "http://")).resolve("/");

        assertThat(get(page)).startsWith("200 text/html; charset=utf-8").contains("chat.js");
        assertThat(get(page.resolve("chat.js"))).contains("socketcluster-client");
        assertThat(get(page.resolve("socketcluster-client.min.js"))).startsWith("200 ");
        assertThat(get(page.resolve("RealtimeDemo.class"))).startsWith("404 ");
        assertThat(get(page.resolve("/%2e%2e/Helio.class"))).startsWith("404 ");
    }

    /** Status, type and body of a page. */
    private static String get(URI page) throws IOException {
        HttpURLConnection http = (HttpURLConnection) page.toURL().openConnection();
        int status = http.getResponseCode();
        try (InputStream body = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            return status + " " + http.getContentType() + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void unreachableServerIsReported() {
        server.close();
        Program invoke = Program.run("", "invoke", url, "sum", "[1,2]");

        assertThat(invoke.exitCode()).isEqualTo(1);
        assertThat(invoke.err()).startsWith("helio: ").contains("localhost").hasLineCount(1);
    }

    @Test
    void portInUseIsReportedWithRemedy() {
        int port = URI.create(url).getPort();
        Program second = Program.run("", "serve", "--host", "127.0.0.1", "--port", Integer.toString(port));

        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).contains("EADDRINUSE", "--port").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --port 70000 | 70000",
                "serve --protocol 3 | 3",
                "serve --auth-key-file /nowhere/key | /nowhere/key: no such file",
                "serve --origin http:// | http://",
                "invoke ftp://localhost sum | ftp://localhost",
                "invoke ws://localhost sum {a | JSON",
                "sub ws://localhost news --count 0 | --count: 0",
                "pub ws://localhost news {a | JSON",
                "serve --auth-key short | --auth-key: 5 bytes (expected: at least 32",
                "serve --auth-key 0123456789abcdef0123456789abcde | --auth-key: 31 bytes (expected: at least 32",
                "serve --tls | --tls without --cert",
                "serve --key /nowhere/key | --key without --cert",
                "serve --host 0.0.0.0 | --host 0.0.0.0: other machines would need no authentication (expected: --auth-key-file",
                "serve --host :: --demo --auth-key 0123456789abcdef0123456789abcdef | or --allow-anonymous",
                "rpc serve --host 0.0.0.0 | or --allow-anonymous",
                "socket listen 0 --host 0.0.0.0 | or --allow-anonymous",
                "invoke ws://localhost sum --ca x | --ca with ws://localhost (expected: a wss:// address)",
                "rpc call ws://localhost sum --trust-all | --trust-all with ws://localhost (expected: a wss:// address)",
                "rpc call tcp://localhost:1 sum --cert x | --cert with tcp://localhost:1 (expected: a wss:// address)",
            })
    void invalidUsageNamesTheProblem(String line, String named) {
        Program wrong = Program.run("", line.split(" ", -1));

        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains(named);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text + "\n").toString();
    }
}
