package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Form of server-sent events. */
class ServerSentEventsTest {

    @Test
    void eventHasNameIdAndData() {
        assertThat(ServerSentEvents.event("gap", "e:1", Frame.utf8("{\"a\":1}")).utf8())
                .isEqualTo("event: gap\nid: e:1\ndata: {\"a\":1}\n\n");
        assertThat(ServerSentEvents.event(null, null, Frame.empty()).utf8()).isEqualTo("data: \n\n");
    }

    @ParameterizedTest
    @CsvSource({"\\n", "\\r", "\\r\\n"})
    void lineBreaksBecomeLinesOfData(String escaped) {
        String end = escaped.translateEscapes();
        assertThat(ServerSentEvents.event(null, null, Frame.utf8("{" + end + " \"a\":1" + end + end + "}"))
                        .utf8())
                .isEqualTo("data: {\ndata:  \"a\":1\ndata: \ndata: }\n\n");
    }

    @Test
    void nameCannotInsertLines() {
        assertThat(ServerSentEvents.event("a\nid: x\r", null, Frame.utf8("1")).utf8())
                .isEqualTo("event: a id: x \ndata: 1\n\n");
    }
}
