package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.Origins;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

    private static HttpRequest request(@Nullable String origin, @Nullable String host, boolean secure) {
        HttpHeaders headers = HttpHeaders.empty();
        if (origin != null) {
            headers = headers.with("Origin", origin);
        }
        if (host != null) {
            headers = headers.with("Host", host);
        }
        return new HttpRequest("GET", "/", headers, new Address.Tcp("127.0.0.1", 1), secure, Frame.empty());
    }

    private static boolean same(@Nullable String origin, @Nullable String host) {
        return Origins.sameOrigin().allows(request(origin, host, false));
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com, example.com",
        "http://example.com:80, example.com",
        "http://example.com, example.com:80",
        "http://Example.COM, eXample.com",
        "http://localhost:8000, localhost:8000",
        "https://example.com, example.com", // a proxy may have taken TLS off
        "https://example.com:443, example.com",
        "http://[::1]:8000, [::1]:8000",
        "http://[0:0:0:0:0:0:0:1]:8000, [::1]:8000",
        "http://127.0.0.1:80, 127.0.0.1",
    })
    void pageOfSameHostAndPortIsAllowed(String origin, String host) {
        assertThat(same(origin, host)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.com, example.com",
        "http://example.com.evil.com, example.com",
        "http://evilexample.com, example.com",
        "http://example.com@evil.com, example.com",
        "http://evil.com#example.com, example.com",
        "http://evil.com/example.com, example.com",
        "http://evil.com?example.com, example.com",
        "http://sub.example.com, example.com",
        "http://example.com:8000, example.com",
        "http://example.com, example.com:8000",
        "https://example.com, example.com:80",
        "http://[::2]:8000, [::1]:8000",
        "null, example.com",
        "file://, example.com",
        "ftp://example.com, example.com",
        "ws://example.com, example.com",
        "chrome-extension://example.com, example.com",
        "example.com, example.com",
        "'http://example.com, http://evil.com', example.com",
        "'http://exa mple.com', example.com",
        "http://, example.com",
        "http://example.com:99999, example.com",
        "http://example.com:x, example.com",
        "http://[::1, [::1",
        "*, example.com",
    })
    void otherPageIsRejected(String origin, String host) {
        assertThat(same(origin, host)).isFalse();
    }

    @Test
    void requestWithoutOriginIsAllowed() {
        assertThat(same(null, "example.com")).isTrue();
        assertThat(same(null, null)).isTrue();
        assertThat(same("http://example.com", null)).isFalse();
    }

    @Test
    void plaintextPageIsRejectedOverTls() {
        Origins same = Origins.sameOrigin();
        assertThat(same.allows(request("http://example.com:443", "example.com:443", true)))
                .isFalse();
        assertThat(same.allows(request("https://example.com", "example.com", true)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http, http://example.com, true",
        "http, https://example.com, false",
        "https, https://example.com, true",
        "https, http://example.com, false",
        "WSS, https://example.com, true",
        "ws, https://example.com, false",
        "other, https://example.com, false",
        "other, http://example.com, false",
        "'http, https', http://example.com, false",
    })
    void schemeNamedByAProxyCounts(String forwarded, String origin, boolean allowed) {
        HttpHeaders headers = HttpHeaders.empty()
                .with("Origin", origin)
                .with("Host", "example.com")
                .with("X-Forwarded-Proto", forwarded);
        HttpRequest request =
                new HttpRequest("GET", "/", headers, new Address.Tcp("127.0.0.1", 1), false, Frame.empty());
        assertThat(Origins.sameOrigin().allows(request)).isEqualTo(allowed);
    }

    // host:port, host:*, *:port, elements and not parts of a text
    @ParameterizedTest
    @CsvSource({
        "example.com:443, https://example.com, true",
        "example.com:443, http://example.com, false",
        "example.com:80, http://example.com, true",
        "example.com:80, ws://example.com, true",
        "example.com:*, http://example.com:1234, true",
        "EXAMPLE.com:*, http://example.COM, true",
        "example.com:*, http://sub.example.com, false",
        "example.com:8, http://example.com:80, false",
        "xample.com:80, http://example.com, false",
        "*:443, https://anybody.example, true",
        "*:443, http://anybody.example, false",
        "https://example.com, https://example.com, true",
        "https://example.com, https://example.com:443, true",
        "https://example.com:8443, https://example.com:8443, true",
        "https://example.com, http://example.com:443, false",
        "http://example.com, https://example.com:80, false",
        "http://example.com:443, https://example.com, false",
        "HTTPS://example.com/, https://example.com, true",
        "[::1]:8000, http://[::1]:8000, true",
        "[::1]:*, http://[0:0::1], true",
        "*:80, garbage, false",
        "*:*, garbage, true",
    })
    @Checklist("SC 1.3")
    void listMatchesHostsAndPorts(String entry, String origin, boolean allowed) {
        Origins origins = Origins.of("other.example:1", entry);
        assertThat(origins.allows(request(origin, "whatever", false))).isEqualTo(allowed);
    }

    // a missing origin behaves as host null, port 80
    @Test
    @Checklist("SC 1.3")
    void missingOriginMatchesNullAndPort80() {
        for (String origin : new String[] {null, "null"}) {
            HttpRequest request = request(origin, "example.com", false);
            assertThat(Origins.of("*:80").allows(request)).isTrue();
            assertThat(Origins.of("null:80").allows(request)).isTrue();
            assertThat(Origins.of("*:443").allows(request)).isFalse();
            assertThat(Origins.of("example.com:*").allows(request)).isFalse();
            assertThat(Origins.any().allows(request)).isTrue();
        }
    }

    // version 8 has another field
    @Test
    @Checklist("SC 1.3")
    void version8UsesItsOwnField() {
        HttpHeaders headers = HttpHeaders.empty()
                .with("Sec-WebSocket-Version", "8")
                .with("Sec-WebSocket-Origin", "http://evil.com")
                .with("Origin", "http://example.com")
                .with("Host", "example.com");
        HttpRequest request = new HttpRequest("GET", "/", headers, new Address.Tcp("::1", 1), false, Frame.empty());
        assertThat(Origins.sameOrigin().allows(request)).isFalse();
        assertThat(Origins.origin(request)).contains("http://evil.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "example.com:",
                "example.com:x",
                "example.com:0",
                ":80",
                "exa mple:80",
                "https://",
                "https://example.com/path",
                "[::1:80",
                "example.com:70000"
            })
    void invalidEntryIsRejected(String entry) {
        assertThatThrownBy(() -> Origins.of(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + entry + "'")
                .hasMessageContaining("expected");
    }
}
