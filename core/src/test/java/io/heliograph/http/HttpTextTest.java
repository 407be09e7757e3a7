package io.heliograph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.frame.Frame;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Text of peers in messages and logs. */
class HttpTextTest {

    @Test
    void requestIsPrintedEscapedAndCutWithoutItsQuery() {
        assertThat(request("/a\u001b[2Jb?token=secret")).hasToString("GET /a\\u001b[2Jb");
        assertThat(request("/" + "a".repeat(1000)).toString()).hasSize(200).endsWith("a…");
    }

    private static HttpRequest request(String target) {
        return new HttpRequest(
                "GET", target, HttpHeaders.empty(), new Address.Tcp("127.0.0.1", 1), false, Frame.empty());
    }

    @Test
    void nameOfAnInvalidHeaderIsEscaped() {
        assertThatThrownBy(() -> HttpHeaders.of(Map.of("a\u001bb", "c")))
                .hasMessage("header: 'a\\u001bb' (expected: a token)");
    }

    @Test
    void refusalOfTheServerIsEscapedAndCut() {
        UpgradeRefusedException refused =
                new UpgradeRefusedException("ws://h:1/a", 400, "no\u001b[2J\n" + "x".repeat(500));
        assertThat(refused.getMessage())
                .startsWith("ws://h:1/a refused the WebSocket with status 400 (Bad Request): no\\u001b[2J\\nxxx")
                .endsWith("x…; check the path, which must be that of a WebSocket")
                .hasSizeLessThan(350);
        assertThat(refused.body()).startsWith("no\u001b[2J\n");
    }
}
