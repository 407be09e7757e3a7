package io.heliograph.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code helio rpc}: the commands against one another. */
class RpcCommandsTest {

    private Program server;
    private String url;

    @TempDir
    private Path directory;

    @BeforeEach
    void serve() {
        server = Program.start("rpc", "serve", "--port", "0", "--demo", "--listen", "unix:" + socket());
        String line = server.line("listening");
        assertThat(line).matches("\\{\"event\":\"listening\",\"url\":\"ws://localhost:\\d+/\"}");
        url = line.replaceAll(".*\"(ws:[^\"]*)\".*", "$1");
    }

    private Path socket() {
        return directory.resolve("rpc.sock");
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(server.exitCode()).isZero();
    }

    private static void prints(String expected, Program program) {
        assertThat(program.err()).isEmpty();
        assertThat(program.exitCode()).isZero();
        assertThat(program.lines()).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sum|[5,3]|8",
                "sum|{\"a\":1.5,\"b\":3}|4.5",
                "sum|[5.0,5]|10",
                "sum|[1e1,0]|10",
                "sum|[0.1,0.2]|0.3",
                "echo|{\"a\":[null,\"x\"]}|{\"a\":[null,\"x\"]}",
                "whoami|[]|null"
            })
    void callPrintsItsResult(String method, String params, String result) {
        prints("{\"result\":" + result + "}", Program.run("", "rpc", "call", url, method, params));
        prints(
                "{\"result\":" + result + "}",
                Program.run("", "rpc", "call", url, method, params, "--msgpack", "--timeout", "9s"));
    }

    @Test
    void callWithoutParametersIsAccepted() {
        prints("{\"result\":null}", Program.run("", "rpc", "call", url, "whoami"));
        prints("{\"result\":null}", Program.run("", "rpc", "call", "unix:" + socket(), "whoami"));
    }

    @ParameterizedTest
    @CsvSource({
        "fail,-32050 demo failure",
        "secret,-32605 Method forbidden",
        "nope,-32601 Method not found",
        "sum,-32602 Invalid params"
    })
    void errorResponseIsOneLineOnStandardError(String method, String error) {
        Program program = Program.run("", "rpc", "call", url, method);
        assertThat(program.exitCode()).isEqualTo(1);
        assertThat(program.lines()).isEmpty();
        assertThat(program.err()).isEqualTo("helio: " + error + System.lineSeparator());
    }

    @Test
    void numbersKeepTheirDigitsInJson() {
        prints(
                "{\"result\":9223372036854775808}",
                Program.run("", "rpc", "call", url, "sum", "[9223372036854775807,1]"));
        prints("{\"result\":100000000000000000001}", Program.run("", "rpc", "call", url, "sum", "[1e20,1]"));
        Program rounded = Program.run("", "rpc", "call", url, "echo", "[9007199254740993]", "--msgpack");
        assertThat(rounded.exitCode()).isEqualTo(1);
        assertThat(rounded.err()).contains("9007199254740993 as MessagePack");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1e400,1]", "[1,-1e400]", "{\"a\":1e999999,\"b\":0}", "[null,1]", "[1]", "[\"1\",1]"})
    void sumOfOtherThanFiniteNumbersIsAnError(String params) {
        Program program = Program.run("", "rpc", "call", url, "sum", params);
        assertThat(program.exitCode()).isEqualTo(1);
        assertThat(program.err()).isEqualTo("helio: -32602 Invalid params\n");
    }

    @Test
    void loginPrecedesCalls() throws IOException {
        String credentials = "{\"username\":\"demo\",\"password\":\"demo\"}";
        prints(
                "{\"result\":\"the secret of the demo\"}",
                Program.run("", "rpc", "call", url, "secret", "--login", credentials));
        Path file = Files.writeString(directory.resolve("login.json"), credentials + "\n");
        prints("{\"result\":\"demo\"}", Program.run("", "rpc", "call", url, "whoami", "--login-file", file.toString()));
        for (String command : List.of("call", "notify")) {
            Program wrong = Program.run("", "rpc", command, url, "whoami", "--login", "{\"username\":\"eve\"}");
            assertThat(wrong.exitCode()).isEqualTo(1);
            assertThat(wrong.lines()).isEmpty();
            assertThat(wrong.err()).hasLineCount(1);
        }
    }

    @Test
    void methodsAreListed() {
        prints(
                "{\"result\":[\"__listMethods\",\"sum\",\"echo\",\"sleep\",\"whoami\",\"fail\",\"secret\",\"rpc.login\"]}",
                Program.run("", "rpc", "methods", url));
    }

    @Test
    void notificationPrintsNothing() {
        Program program = Program.run("", "rpc", "notify", url, "echo", "[1]");
        assertThat(program.exitCode()).isZero();
        assertThat(program.lines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eventsArePrintedInOrder(boolean msgpack) {
        String[] args = {"rpc", "subscribe", url, "tick", "--count", "1", "--timeout", "9s"};
        Program program = msgpack
                ? Program.run("", "rpc", "subscribe", url, "tick", "--count", "1", "--msgpack")
                : Program.run("", args);
        assertThat(program.exitCode()).isZero();
        assertThat(program.line()).matches("\\{\"event\":\"tick\",\"params\":\\[\\d+]}");
    }

    @Test
    void protectedEventRequiresLogin() {
        Program refused = Program.run("", "rpc", "subscribe", url, "alerts");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).startsWith("helio: -32606 Event forbidden");
        Program unknown = Program.run("", "rpc", "subscribe", url, "nope");
        assertThat(unknown.err()).startsWith("helio: event 'nope': provided event invalid");
        Program program = Program.start(
                "rpc", "subscribe", url, "alerts", "tick", "--login", "{\"username\":\"demo\",\"password\":\"demo\"}");
        assertThat(program.line()).contains("tick");
        program.interrupt();
        assertThat(program.exitCode()).isZero();
    }

    @Test
    void parametersAreReadFromStandardInput() {
        Program program = Program.run("[5,3]", "rpc", "call", url, "sum", "-");
        assertThat(program.exitCode()).isZero();
        assertThat(program.lines()).containsExactly("{\"result\":8}");
    }

    @Test
    void invalidParametersAreRejectedBeforeSending() {
        Program program = Program.run("", "rpc", "call", url, "echo", "5");
        assertThat(program.exitCode()).isEqualTo(2);
        assertThat(program.err()).startsWith("helio: JSON: 5 (expected: an array such as '[1,2]'");
    }

    @Test
    void unusableOptionsAreReported() {
        Program address = Program.run("", "rpc", "call", "ftp://x", "sum");
        assertThat(address.exitCode()).isEqualTo(2);
        assertThat(address.err()).startsWith("helio: URL: 'ftp://x' (expected: ws://host:port/");
        Program json = Program.run("", "rpc", "call", url, "sum", "{x");
        assertThat(json.exitCode()).isEqualTo(2);
        assertThat(json.err()).contains("is not JSON");
        Program nobody = Program.run("", "rpc", "call", "ws://127.0.0.1:1", "sum");
        assertThat(nobody.exitCode()).isEqualTo(1);
        assertThat(nobody.err()).contains("127.0.0.1:1");
        assertThat(Program.run("", "rpc").exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "call|ftp://x|sum|URL: 'ftp://x' (expected: ws://host:port/namespace, wss:",
                "call|ws://|sum|URL: 'ws://' (expected: ws://host:port/namespace, wss:",
                "subscribe|ws://x|tick --count 0|--count: 0 (expected: 1 or more)",
                "subscribe|ws://x|tick --login {|--login: { is not JSON: "
            })
    void invalidUsageNamesTheExpectedForm(String command, String url, String rest, String problem) {
        List<String> args = new ArrayList<>(List.of("rpc", command, url));
        args.addAll(List.of(rest.split(" ", -1)));
        Program program = Program.run("", args.toArray(String[]::new));
        assertThat(program.exitCode()).isEqualTo(2);
        assertThat(program.err()).startsWith("helio: " + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"call", "subscribe", "methods"})
    void silentServerTimesOut(String command) throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            for (String scheme : List.of("ws://", "tcp://")) {
                List<String> args = new ArrayList<>(List.of("rpc", command, scheme + address));
                args.addAll(command.equals("methods") ? List.of() : List.of("tick"));
                args.addAll(List.of("--timeout", "300ms"));
                Program program = Program.run("", args.toArray(String[]::new));
                assertThat(program.exitCode()).isEqualTo(1);
                // It depends on the machine whether there is a connection by then.
                assertThat(program.err())
                        .containsPattern(
                                "^helio: no (connection to|response from) " + scheme + address + " within 300 ms\\.");
            }
        }
    }

    @Test
    void longMessageIsRefused() {
        String params = "[\"" + "x".repeat(3000) + "\"]";
        Program call = Program.run("", "rpc", "call", url, "echo", params, "--max-message", "2KiB");

        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.err()).contains("2048").hasLineCount(1);
        assertThat(Program.run("", "rpc", "call", url, "echo", params).exitCode())
                .isZero();
    }
}
