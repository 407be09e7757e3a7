package io.heliograph.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Addresses that browsers, curl and the npm package ws accept: supported, or rejected with the reason. */
class WebSocketUrlTest {

    private static final String SUPPORTED = """
                    ws://localhost:8000                | localhost             | 8000  | localhost:8000         | /
                    ws://localhost                     | localhost             | 80    | localhost              | /
                    ws://localhost:                    | localhost             | 80    | localhost              | /
                    ws://localhost:80/                 | localhost             | 80    | localhost              | /
                    wss://localhost:443/               | localhost             | 443   | localhost              | /
                    wss://localhost:80/                | localhost             | 80    | localhost:80           | /
                    WS://LocalHost:08000/A             | localhost             | 8000  | localhost:8000         | /A
                    Https://example.com                | example.com           | 443   | example.com            | /
                    http://example.com:81              | example.com           | 81    | example.com:81         | /
                    ws://chat_server:8000              | chat_server           | 8000  | chat_server:8000       | /
                    ws://_a._b/                        | _a._b                 | 80    | _a._b                  | /
                    ws://example.com./                 | example.com.          | 80    | example.com.           | /
                    ws://1password.com                 | 1password.com         | 80    | 1password.com          | /
                    ws://bücher.example:1/             | xn--bcher-kva.example | 1     | xn--bcher-kva.example:1 | /
                    ws://日本語。jp                      | xn--wgv71a119e.jp     | 80    | xn--wgv71a119e.jp      | /
                    ws://xn--strae-oqa.de              | xn--strae-oqa.de      | 80    | xn--strae-oqa.de       | /
                    ws://127.0.0.1:65535               | 127.0.0.1             | 65535 | 127.0.0.1:65535        | /
                    ws://[::1]:8000/a                  | ::1                   | 8000  | [::1]:8000             | /a
                    ws://[2001:DB8::A]                 | 2001:db8::a           | 80    | [2001:db8::a]          | /
                    ws://[::ffff:127.0.0.1]:1          | ::ffff:127.0.0.1      | 1     | [::ffff:127.0.0.1]:1   | /
                    ws://[fe80::1%eth0]:1/             | fe80::1%eth0          | 1     | [fe80::1]:1            | /
                    ws://[fe80::1%25eth0]:1/           | fe80::1%eth0          | 1     | [fe80::1]:1            | /
                    ws://[fe80::1%2]/                  | fe80::1%2             | 80    | [fe80::1]              | /
                    ws://h?a=b                         | h                     | 80    | h                      | /?a=b
                    ws://h/?                           | h                     | 80    | h                      | /?
                    ws://h/a/b?c=d&e=f?g               | h                     | 80    | h                      | /a/b?c=d&e=f?g
                    ws://h/a b?c d                     | h                     | 80    | h                      | /a%20b?c%20d
                    ws://h/a%20b/%zz                   | h                     | 80    | h                      | /a%20b/%zz
                    ws://h/grüße?q=€                   | h                     | 80    | h                      | /gr%C3%BC%C3%9Fe?q=%E2%82%AC
                    ws://h/a"b<c>`{d}^                 | h                     | 80    | h                      | /a%22b%3Cc%3E%60%7Bd%7D%5E
                    ws://h/@a:b                        | h                     | 80    | h                      | /@a:b
                    ws://h//a//b                       | h                     | 80    | h                      | //a//b
                    """;

    private static final String UNSUPPORTED = """
                                              | no WebSocket scheme
                    localhost:8000            | no WebSocket scheme
                    //localhost               | no WebSocket scheme
                    ftp://localhost           | no WebSocket scheme
                    ws:localhost              | no '//host' after the scheme
                    ws:/localhost             | no '//host' after the scheme
                    ws:///path                | no '//host' after the scheme
                    ws://                     | no host
                    ws://:8000                | no host
                    ws://?a                   | no host
                    ws+unix:///run/a.sock:/   | scheme 'ws+unix' (expected: the path of the socket
                    ws://h/#a                 | a fragment
                    ws://h/a?b#               | a fragment
                    ws:\\\\h\\a               | no '//host' after the scheme
                    ws://h/a\\b               | a backslash
                    ws://ada:secret@h/        | a user name in the address
                    ws://ada@h/               | a user name in the address
                    ws://h:65536              | port '65536'
                    ws://h:0                  | port 0
                    ws://h:8o                 | port '8o'
                    ws://h:-1                 | port '-1'
                    ws://h:80:81              | several ports
                    ws://::1                  | an IPv6 address without brackets
                    ws://::1:8000/            | an IPv6 address without brackets
                    ws://[::1                 | a '[' without ']'
                    ws://[::1]x               | x' after ']'
                    ws://[localhost]          | [localhost]' (expected: an IPv6 address)
                    ws://[v1.x]               | [v1.x]' (expected: an IPv6 address)
                    ws://[1:2]                | [1:2]' (expected: an IPv6 address)
                    ws://[127.0.0.1]          | [127.0.0.1]' (expected: an IPv6 address)
                    ws://[fe80::1%]           | zone ''
                    ws://[fe80::1%a b]        | zone 'a b'
                    ws://a b                  | with the character ' '
                    ws://%6c                  | with a percent sign
                    ws://fe80::1%eth0         | an IPv6 address without brackets
                    ws://a<b                  | with the character '<'
                    ws://a..b                 | parts of 1 to 63
                    ws://.a                   | parts of 1 to 63
                    ws://127.1                | four decimal numbers
                    ws://0x7f.0.0.1           | four decimal numbers
                    ws://0x7f000001           | four decimal numbers
                    ws://2130706433           | four decimal numbers
                    ws://127.0.0.01           | four decimal numbers
                    ws://256.0.0.1            | four decimal numbers
                    ws://straße.de            | standards convert differently
                    ws://a‍b                  | standards convert differently
                    """;

    private static Stream<Arguments> rows(String table) {
        return table.lines()
                .map(row -> Arguments.of((Object[])
                        Arrays.stream(row.split("\\|")).map(String::strip).toArray(String[]::new)));
    }

    private static Stream<Arguments> supported() {
        return rows(SUPPORTED);
    }

    @ParameterizedTest
    @MethodSource("supported")
    void supportedUrlIsParsed(String text, String host, int port, String authority, String target) {
        WebSocketUrl url = WebSocketUrl.parse(text);
        assertThat(url.address()).isEqualTo(new Address.Tcp(host, port));
        assertThat(url.authority()).isEqualTo(authority);
        assertThat(url.target()).isEqualTo(target);
        assertThat(url.secure()).isEqualTo(text.matches("(?i)(wss|https):.*"));
    }

    private static Stream<Arguments> unsupported() {
        return rows(UNSUPPORTED);
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void unsupportedUrlIsRejectedWithItsReason(String text, String reason) {
        assertThatThrownBy(() -> WebSocketUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("url: '")
                .hasMessageContaining(reason)
                .hasMessageContaining("(expected: ");
    }

    @Test
    void longNameIsRejected() {
        assertThatThrownBy(() -> WebSocketUrl.parse("ws://" + "a".repeat(64))).hasMessageContaining("parts of 1 to 63");
        String name = "a.".repeat(127) + "b";
        assertThatThrownBy(() -> WebSocketUrl.parse("ws://" + name)).hasMessageContaining("up to 253 characters");
        assertThat(WebSocketUrl.parse("ws://" + name.substring(2)).host()).hasSize(253);
    }

    @Test
    void controlCharactersAreRejectedAndEscaped() {
        assertThatThrownBy(() -> WebSocketUrl.parse("ws://h/a\u001b[2J"))
                .hasMessage("url: 'ws://h/a\\u001b[2J': a control character (expected: none, or %XX)");
        assertThatThrownBy(() -> WebSocketUrl.parse("ws://a\nb"))
                .hasMessageStartingWith("url: 'ws://a\\nb': host 'a\\nb' with the character '\\n'");
    }

    @Test
    void surroundingSpaceIsRemoved() {
        assertThat(WebSocketUrl.parse(" ws://h/ \n").authority()).isEqualTo("h");
    }

    @Test
    void secretsAreNotInMessages() {
        assertThatThrownBy(() -> WebSocketUrl.parse("ws://ada:secret@h/?token=secret"))
                .hasMessageStartingWith("url: 'ws://...@h/?...': a user name in the address")
                .hasMessageNotContaining("secret");
        assertThat(WebSocketUrl.parse("ws://h:1/a?token=secret")).hasToString("ws://h:1/a");
    }

    @Test
    void urlsThatJavaReadsOnlyInPartAreParsed() {
        assertThat(URI.create("ws://chat_server:8000").getHost()).isNull();
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://chat_server:8000"), Optional.empty());
        assertThat(target.address()).isEqualTo(new Address.Tcp("chat_server", 8000));
        assertThat(target.host()).isEqualTo("chat_server:8000");
    }

    @Test
    void zoneIsNotSentToTheServer() {
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://[fe80::1%25eth0]:8000/a"), Optional.empty());
        assertThat(target.address()).isEqualTo(new Address.Tcp("fe80::1%eth0", 8000));
        assertThat(target.host()).isEqualTo("[fe80::1]:8000");
    }

    @Test
    void addressIsNamedIfItDiffersFromTheUrl() {
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://localhost:8000/a?b"), Optional.empty());
        assertThat(target.where()).isEqualTo("ws://localhost:8000/a");
        assertThat(WebSocketTarget.of(URI.create("ws://h"), Optional.empty()).where())
                .isEqualTo("ws://h/");
        assertThat(target.withAddress(Address.parse("unix:/run/a.sock")).where())
                .isEqualTo("ws://localhost:8000/a (unix:/run/a.sock)");
        assertThat(WebSocketTarget.of(URI.create("ws://[fe80::1%25eth0]:1"), Optional.empty())
                        .where())
                .isEqualTo("ws://[fe80::1]:1/");
    }

    @Test
    void tlsMustBeConfigured() {
        assertThatThrownBy(() -> WebSocketTarget.of(URI.create("wss://h"), Optional.empty()))
                .hasMessage("url: 'wss://h/' (expected: ws:, as TLS is not configured)");
    }
}
