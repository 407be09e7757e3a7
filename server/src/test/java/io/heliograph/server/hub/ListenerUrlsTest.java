package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerUrlsTest {

    @ParameterizedTest
    @CsvSource({
        "ws://127.0.0.1:8000/rpc, true", "ws://localhost:0/, true", "ws://[::1]:0/, true", "tcp://127.9.9.9:1, true",
        "ws://0.0.0.0:0/, false", "ws://[::]:0/, false", "ws://192.0.2.1:0/, false", "ws://example.org:0/, false",
        "unix:/tmp/a.sock, true", "channel:builds, true"
    })
    void loopbackIsKnownWithoutLookingUpNames(String url, boolean loopback) {
        assertThat(ListenerUrls.isLoopback(url)).isEqualTo(loopback);
    }

    @Test
    void urlHasHostPortAndPath() {
        assertThat(ListenerUrls.parse("wss://[::1]:8443/rpc"))
                .isEqualTo(new ListenerUrls.Parts("wss", "::1", 8443, "/rpc"));
        assertThat(ListenerUrls.parse("tcp://0.0.0.0:4000").path()).isEqualTo("/");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ws:127.0.0.1 | url: 'ws:127.0.0.1' (expected: SCHEME://HOST:PORT/PATH)",
                "ws://127.0.0.1/ | url: 'ws://127.0.0.1/' has no port (expected: 0 to 65535)",
                "ws://127.0.0.1:1/?a | url: 'ws://127.0.0.1:1/?a' (expected: a path without query and fragment)"
            })
    void malformedUrlIsRejected(String url, String message) {
        assertThatThrownBy(() -> ListenerUrls.parse(url)).hasMessage(message);
    }
}
