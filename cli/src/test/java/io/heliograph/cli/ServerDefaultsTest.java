package io.heliograph.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heliograph.cli.realtime.Tokens;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, names and anonymous clients of the servers of the command line. */
class ServerDefaultsTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    private static int port(String listening) {
        return Integer.parseInt(listening.replaceAll(".*[:\"]port\":(\\d+).*|.*:(\\d+)/.*", "$1$2"));
    }

    private static String url(Program server) {
        return server.line("listening").replaceAll(".*\"(wss?:[^\"]*)\".*", "$1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0", "serve --port 0 --demo", "rpc serve --port 0", "socket listen 0"})
    void serverListensOnLoopbackOnly(String command) throws IOException {
        Optional<InetAddress> other = otherAddress();
        assumeThat(other).as("an address that is not loopback").isPresent();
        try (Program server = Program.start(command.split(" "))) {
            int port = port(server.line("listening"));

            new Socket(InetAddress.getLoopbackAddress(), port).close();
            assertThatThrownBy(() -> new Socket(other.get(), port).close()).isInstanceOf(ConnectException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve --port 0 --host 0.0.0.0",
                "rpc serve --port 0 --host 0.0.0.0",
                "socket listen 0 --host 0.0.0.0"
            })
    void anonymousClientsAreAllowedOnRequest(String command) throws IOException {
        Optional<InetAddress> other = otherAddress();
        assumeThat(other).as("an address that is not loopback").isPresent();
        try (Program server = Program.start((command + " --allow-anonymous").split(" "))) {
            new Socket(other.get(), port(server.line("listening"))).close();
        }
    }

    private static Optional<InetAddress> otherAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "[::1]"})
    void ipv6AddressHasBracketsInUrl(String host) {
        for (String command : new String[] {"serve", "rpc serve"}) {
            try (Program server = Program.start((command + " --port 0 --demo --host " + host).split(" "))) {
                String url = url(server);
                assertThat(url).startsWith("ws://[::1]:");
                String[] call = command.equals("serve")
                        ? new String[] {"invoke", url, "sum", "[1,2]"}
                        : new String[] {"rpc", "call", url, "sum", "[1,2]"};
                assertThat(Program.run("", call).line()).endsWith(":3}");
            }
        }
        try (Program server = Program.start("socket", "listen", "0", "--host", host)) {
            assertThat(server.line("listening")).contains("\"host\":\"::1\"");
        }
    }

    @Test
    void onlyAuthenticatedClientsOfOtherMachinesPublish() {
        try (Program server = Program.start("serve", "--port", "0", "--host", "0.0.0.0", "--auth-key", KEY)) {
            String url = url(server).replace("0.0.0.0", "127.0.0.1");

            Program anonymous = Program.run("", "pub", url, "news", "1");
            assertThat(anonymous.exitCode()).isEqualTo(1);
            assertThat(anonymous.err())
                    .isEqualTo("helio: NotAllowedError: publish: 'news' is not allowed: log in before you publish\n");
            String token = Tokens.hs256("{\"username\":\"ada\"}", KEY);
            Program authenticated = Program.run("", "pub", url, "news", "1", "--token", token);
            assertThat(authenticated.err()).isEmpty();
            assertThat(authenticated.exitCode()).isZero();
        }
        try (Program server = Program.start(
                "serve", "--port", "0", "--host", "0.0.0.0", "--demo", "--auth-key", KEY, "--allow-anonymous")) {
            String url = url(server).replace("0.0.0.0", "127.0.0.1");
            assertThat(Program.run("", "pub", url, "news", "1").exitCode()).isZero();
        }
    }

    @Test
    void weakKeyIsAcceptedOnRequest() {
        try (Program server = Program.start("serve", "--port", "0", "--auth-key", "short", "--weak-key")) {
            server.line("listening");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --demo", "rpc serve"})
    void onlyConfiguredNamesAreServedOnLoopback(String command) throws IOException {
        try (Program server = Program.start((command + " --port 0").split(" "))) {
            assertThat(status(url(server), "chat.example")).isEqualTo(403);
        }
        try (Program server = Program.start(
                (command + " --port 0 --allow-host other.example --allow-host chat.example").split(" "))) {
            String url = url(server);
            assertThat(status(url, "chat.example")).isNotEqualTo(403);
            assertThat(status(url, "other.example")).isNotEqualTo(403);
            assertThat(status(url, "third.example")).isEqualTo(403);
        }
    }

    private static int status(String url, String host) throws IOException {
        int port = URI.create(url).getPort();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            client.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + ":" + port + "\r\n\r\n").getBytes(US_ASCII));
            return Integer.parseInt(new String(client.getInputStream().readNBytes(12), US_ASCII).substring(9));
        }
    }
}
