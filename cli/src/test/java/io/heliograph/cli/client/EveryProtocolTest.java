package io.heliograph.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.SocketPaths;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client commands over each protocol of {@code helio serve --demo}; the address selects the protocol. */
class EveryProtocolTest {

    private static final SocketPaths PATHS = new SocketPaths();
    private static final Map<String, String> URLS = new TreeMap<>();
    private static Program server;

    @BeforeAll
    static void serve() {
        String socket = PATHS.socket().toString();
        server = Program.start("serve", "--demo", "--port", "0", "--socket", socket);
        for (String protocol : List.of("socketcluster", "rpc", "ipc")) {
            String line = server.line("listening");
            assertThat(line).contains("\"protocol\":\"" + protocol + "\"");
            URLS.put(protocol, line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1"));
        }
        assertThat(URLS.get("socketcluster")).matches("ws://localhost:\\d+/socketcluster/");
        assertThat(URLS.get("rpc")).matches("ws://localhost:\\d+/rpc");
        assertThat(URLS.get("ipc")).isEqualTo("unix:" + socket);
    }

    @AfterAll
    static void stop() {
        server.close();
        PATHS.close();
    }

    private static String url(String protocol) {
        return String.valueOf(URLS.get(protocol));
    }

    private static Program run(String... args) {
        return Program.run("", args);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void procedureIsCalled(String protocol) {
        assertThat(run("call", url(protocol), "sum", "{\"a\":5,\"b\":5}").line())
                .isEqualTo("{\"data\":10}");
        assertThat(run("call", url(protocol), "sum", "[0.1,0.2]").line()).isEqualTo("{\"data\":0.3}");
        assertThat(run("call", url(protocol), "sleep", "1").line()).isEqualTo("{\"data\":1}");
        assertThat(run("call", url(protocol), "time").line()).startsWith("{\"data\":\"20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void unknownProcedureFailsAtOnce(String protocol) {
        Program call = run("call", url(protocol), "nosuch");

        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err())
                .contains(protocol.equals("rpc") ? "helio: -32601 " : "helio: ProcedureNotFoundError: ")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void errorOfProcedureIsOneLine(String protocol) {
        Program call = run("call", url(protocol), "fail");

        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err())
                .isEqualTo("helio: " + (protocol.equals("rpc") ? "42 " : "DemoError: ") + "demo failure\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void publicationReachesSubscribersOfAllProtocols(String from) {
        String channel = "news-from-" + from;
        List<Program> subscribers = URLS.values().stream()
                .map(url -> Program.start("sub", url, channel, "--count", "1"))
                .toList();
        subscribers.forEach(sub -> {
            sub.line("connect");
            assertThat(sub.line("subscribe")).contains("\"channel\":\"" + channel + "\"");
        });

        Program pub = run("pub", url(from), channel, "{\"n\": 9007199254740993}");

        assertThat(pub.exitCode()).as(pub.err()).isZero();
        for (Program sub : subscribers) {
            assertThat(sub.line("message").replace(": ", ":"))
                    .endsWith("\"channel\":\"" + channel + "\",\"data\":{\"n\":9007199254740993}}");
            assertThat(sub.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void ticksReachEveryProtocol(String protocol) {
        Program sub = run("sub", url(protocol), "ticks", "--count", "1");

        assertThat(sub.exitCode()).as(sub.err()).isZero();
        assertThat(sub.lines().getLast()).contains("\"channel\":\"ticks\",\"data\":{\"count\":");
    }

    @Test
    void eventStreamReceivesTicks() throws Exception {
        URI stream = URI.create(
                url("socketcluster").replaceAll("^ws(.*)/socketcluster/$", "http$1/api/subscribe?channel=ticks"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response =
                    http.send(HttpRequest.newBuilder(stream).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader events =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(response.statusCode()).isEqualTo(200);
                String line = events.readLine();
                while (line != null && !line.startsWith("data: {\"count\":")) {
                    line = events.readLine();
                }
                assertThat(line).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void deniedPublicationIsFailure(String protocol) {
        Program pub = run("pub", url(protocol), "ticks", "1");

        assertThat(pub.exitCode()).isEqualTo(1);
        assertThat(pub.err()).contains("only the server publishes to ticks").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc"})
    void deniedSubscriptionIsFailure(String protocol) {
        Program sub = run("sub", url(protocol), "members");

        assertThat(sub.exitCode()).isEqualTo(1);
        assertThat(sub.err()).contains("members").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void linesOfOneConnectionSeeEachOther(String protocol) {
        String name = "ada-" + protocol;
        String channel = "room-" + protocol;
        Program connect = Program.run(
                "login {\"username\":\"" + name + "\"}\nwhoami\nsub " + channel + "\npub " + channel
                        + " {\"n\":1.50}\nhistory " + channel
                        + "\ncall sum [1,2]\nnosuch\ncall fail\npub chat {\"text\":\"hi\"}\ncall recent\nquit\ncall time\n",
                "connect",
                url(protocol));

        assertThat(connect.exitCode()).as(connect.err()).isEqualTo(1);
        assertThat(connect.err()).isEqualTo("helio: lines failed: 2, see the error events.\n");
        List<String> lines = connect.lines();
        assertThat(lines).anyMatch(line -> line.matches("\\{\"event\":\"connect\".*"));
        assertThat(lines).contains("{\"event\":\"login\"}");
        assertThat(lines).anyMatch(line -> line.contains("\"name\":\"" + name + "\""));
        assertThat(lines).anyMatch(line -> line.contains("\"subscribe\",\"channel\":\"" + channel + "\""));
        // IPC does not send a message back to its publisher.
        String echo = "{\"event\":\"message\",\"channel\":\"" + channel + "\",\"data\":{\"n\":1.50}}";
        assertThat(lines.contains(echo)).isEqualTo(!protocol.equals("ipc"));
        assertThat(lines).anyMatch(line -> line.contains("\"publications\":[{") && line.contains("{\"n\":1.50}"));
        assertThat(lines).contains("{\"data\":3}");
        assertThat(lines).anyMatch(line -> line.contains("\"InputError\"") && line.contains("line 7: 'nosuch'"));
        assertThat(lines).anyMatch(line -> line.contains("demo failure") && line.contains("\"line\":8"));
        assertThat(lines)
                .anyMatch(line -> line.startsWith("{\"data\":[") && line.contains("\"from\":\"" + name + "\""));
        assertThat(lines).noneMatch(line -> line.startsWith("{\"data\":\"20") || line.contains("disconnect"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void presenceListsSubscribers(String protocol) {
        String name = "eve-" + protocol;
        Program connect = Program.run(
                "login {\"username\":\"" + name + "\"}\nsub chat\npresence chat\n", "connect", url(protocol));

        assertThat(connect.err()).isEmpty();
        assertThat(connect.lines())
                .anyMatch(line ->
                        line.startsWith("{\"data\":{\"members\":[") && line.contains("\"user\":\"" + name + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void longMessageIsRefused(String protocol) {
        String data = "\"" + "x".repeat(3000) + "\"";
        Program call = run("call", url(protocol), "echo", data, "--max-message", "2KiB");

        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err()).contains("2048").hasLineCount(1);
        assertThat(run("call", url(protocol), "echo", data).line()).hasSizeGreaterThan(3000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void nameInUseIsRefused(String protocol) {
        String login = "{\"username\":\"zoe-" + protocol + "\"}";
        try (Program first = Program.start("connect", url(protocol), "--login", login)) {
            first.line("connect");
            first.type("whoami\n");
            assertThat(first.line()).contains("\"name\":\"zoe-" + protocol + "\"");
            for (String other : URLS.values()) {
                Program second = run("call", other, "time", "--login", login);

                assertThat(second.exitCode()).as(other).isEqualTo(1);
                assertThat(second.err())
                        .contains("the name zoe-" + protocol + " is in use")
                        .hasLineCount(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void lostConnectionIsRestored(String protocol) {
        Program other = Program.start(
                "serve", "--demo", "--port", "0", "--socket", PATHS.socket() + ".restarted", "--grace", "100ms");
        String address = addressOf(other, protocol);
        int port = protocol.equals("ipc") ? 0 : URI.create(address).getPort();
        try (Program sub = Program.start("sub", address, "ticks")) {
            sub.line("connect");
            sub.line("subscribe");
            sub.line("message");
            other.close();
            String line = sub.line();
            while (!line.contains("\"disconnect\"")) {
                line = sub.line();
            }
            Program again = Program.start(
                    "serve",
                    "--demo",
                    "--port",
                    Integer.toString(port),
                    "--socket",
                    PATHS.socket() + ".restarted",
                    "--grace",
                    "100ms");
            again.line("listening");
            sub.line("connect");
            sub.line("subscribe");
            line = sub.line();
            while (!line.contains("\"message\"")) {
                line = sub.line(); // a gap: the new server has no history
            }
            again.close();
        }
    }

    private static String addressOf(Program server, String protocol) {
        String line = server.line("listening");
        while (!line.contains("\"protocol\":\"" + protocol + "\"")) {
            line = server.line("listening");
        }
        return line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "ipc"})
    void unreachableServerIsOneLine(String protocol) {
        String nowhere = url(protocol)
                .replaceAll("localhost:\\d+", "127.0.0.1:1")
                .replaceAll("^unix:.*", "unix:" + PATHS.socket() + ".none");
        for (String[] command : List.of(
                new String[] {"call", nowhere, "time"},
                new String[] {"pub", nowhere, "news", "1"},
                new String[] {"pub", nowhere, "news"},
                new String[] {"sub", nowhere, "news"},
                new String[] {"transmit", nowhere, "log"},
                new String[] {"connect", nowhere})) {
            Program program = run(command);

            assertThat(program.exitCode()).as(command[0]).isEqualTo(1);
            assertThat(program.err())
                    .as(command[0])
                    .startsWith("helio: ")
                    .contains(nowhere.replaceAll("^ws://([^/]*)/.*", "$1"))
                    .hasLineCount(1);
        }
    }
}
