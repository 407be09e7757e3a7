package io.heliograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

    private static final String UNSUPPORTED = """
                    tcp://localhost      | no port (expected: tcp://host:port, 0 to 65535)
                    tcp://host:          | no port (expected: tcp://host:port, 0 to 65535)
                    tcp://:80            | no host (expected: a name or an IP address)
                    tcp://::1:80         | an IPv6 address without brackets, or several ports \
                    (expected: [IPv6 address]:port or host:port)
                    tcp://host/path:80   | a '/' after the port (expected: tcp://host:port alone)
                    tcp://host:80?x      | a '?' after the port (expected: tcp://host:port alone)
                    tcp://[::1:80        | a '[' without ']' (expected: [IPv6 address]:port)
                    tcp://[]:80          | '[]' (expected: an IPv6 address)
                    tcp://host:http      | port 'http' (expected: a number up to 65535)
                    tcp://host:80x       | port '80x' (expected: a number up to 65535)
                    tcp://host:+80       | port '+80' (expected: a number up to 65535)
                    tcp://host:-1        | port '-1' (expected: a number up to 65535)
                    tcp://host:65536     | port '65536' (expected: a number up to 65535)
                    tcp://host:٨٠        | port '٨٠' (expected: a number up to 65535)
                    """;

    private static Stream<Arguments> rows(String table) {
        return table.lines()
                .map(row -> Arguments.of((Object[])
                        Arrays.stream(row.split("\\|")).map(String::strip).toArray(String[]::new)));
    }

    @Test
    void socketFileAddressesAreParsed() {
        assertThat(Address.parse("unix:/run/app.sock")).isEqualTo(new Address.Unix(Path.of("/run/app.sock")));
        assertThat(Address.parse("unix:relative.sock")).isEqualTo(new Address.Unix(Path.of("relative.sock")));
        assertThat(Address.parse("unix:/a:b c")).isEqualTo(new Address.Unix(Path.of("/a:b c")));
    }

    @Test
    void hostsAndPortsAreParsed() {
        assertThat(Address.parse("tcp://localhost:4000")).isEqualTo(new Address.Tcp("localhost", 4000));
        assertThat(Address.parse("tcp://127.0.0.1:0")).isEqualTo(new Address.Tcp("127.0.0.1", 0));
        assertThat(Address.parse("tcp://[::1]:65535")).isEqualTo(new Address.Tcp("::1", 65535));
        assertThat(Address.parse("TCP://chat_server:80")).isEqualTo(new Address.Tcp("chat_server", 80));
        assertThat(Address.parse(" tcp://bücher.example:80 ")).isEqualTo(new Address.Tcp("xn--bcher-kva.example", 80));
        assertThat(Address.parse("tcp://[fe80::1%25eth0]:80")).isEqualTo(new Address.Tcp("fe80::1%eth0", 80));
    }

    @Test
    void bracketsOfAnIpv6HostAreRemoved() {
        assertThat(new Address.Tcp("[::1]", 80)).isEqualTo(new Address.Tcp("::1", 80));
        assertThat(new Address.Tcp("[::1]", 80)).hasToString("tcp://[::1]:80");
    }

    @Test
    void urlOfAnAddressHasBracketsAroundIpv6() {
        assertThat(new Address.Tcp("[::1]", 8000).url("ws")).isEqualTo("ws://[::1]:8000");
        assertThat(new Address.Tcp("localhost", 8000).url("https")).isEqualTo("https://localhost:8000");
        assertThat(new Address.Tcp("fe80::1%eth0", 8000).url("ws")).isEqualTo("ws://[fe80::1%25eth0]:8000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/app.sock", "unix:relative.sock", "tcp://localhost:4000", "tcp://[fe80::1]:80"})
    void stringFormRoundTrips(String text) {
        assertThat(Address.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unix:", "/run/app.sock", "tcp:localhost:80", "ws://host:80"})
    void malformedAddressIsRejected(String text) {
        assertThatThrownBy(() -> Address.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("address: '" + text + "' (expected: unix:/path or tcp://host:port)");
    }

    private static Stream<Arguments> unsupported() {
        return rows(UNSUPPORTED);
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void unsupportedHostAndPortIsRejectedWithItsReason(String text, String reason) {
        assertThatThrownBy(() -> Address.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("address: '" + text + "': " + reason);
    }

    @Test
    void portOutOfRangeAndEmptyHostAreRejected() {
        assertThatThrownBy(() -> new Address.Tcp("host", -1)).hasMessage("port: -1 (expected: 0 to 65535)");
        assertThatThrownBy(() -> new Address.Tcp("host", 65536)).hasMessage("port: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> new Address.Tcp("", 80)).hasMessage("host: '' (expected: a name or an address)");
        assertThatThrownBy(() -> new Address.Unix(Path.of("")))
                .hasMessage("path: '' (expected: the path of a socket file)");
    }
}
