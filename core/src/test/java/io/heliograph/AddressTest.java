package io.heliograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

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
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/app.sock", "unix:relative.sock", "tcp://localhost:4000", "tcp://[fe80::1]:80"})
    void stringFormRoundTrips(String text) {
        assertThat(Address.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unix:",
                "/run/app.sock",
                "tcp:localhost:80",
                "tcp://localhost",
                "tcp://:80",
                "tcp://::1:80",
                "tcp://host/path:80",
                "tcp://[::1:80",
                "TCP://host:80",
                "ws://host:80"
            })
    void malformedAddressIsRejected(String text) {
        assertThatThrownBy(() -> Address.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("address: '" + text + "' (expected: unix:/path or tcp://host:port)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http", "80x", "+80", "-1", "99999999999", "٨٠"})
    void malformedPortIsRejected(String port) {
        assertThatThrownBy(() -> Address.parse("tcp://host:" + port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("address: 'tcp://host:" + port + "' has the port '" + port + "' (expected: 0 to 65535)");
    }

    @Test
    void portOutOfRangeAndEmptyHostAreRejected() {
        assertThatThrownBy(() -> Address.parse("tcp://host:65536")).hasMessage("port: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> new Address.Tcp("host", -1)).hasMessage("port: -1 (expected: 0 to 65535)");
        assertThatThrownBy(() -> Address.parse("tcp://[]:80")).hasMessage("host: '' (expected: a name or an address)");
        assertThatThrownBy(() -> new Address.Unix(Path.of("")))
                .hasMessage("path: '' (expected: the path of a socket file)");
    }
}
