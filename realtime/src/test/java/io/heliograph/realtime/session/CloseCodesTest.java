package io.heliograph.realtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.SocketProtocolException;
import org.junit.jupiter.api.Test;

class CloseCodesTest {

    @Test
    void codesHaveProtocolMessages() {
        assertThat(CloseCodes.text(1006)).isEqualTo("Socket hung up");
        assertThat(CloseCodes.text(4000)).isEqualTo("Server ping timed out");
        assertThat(CloseCodes.text(4009)).isEqualTo("Server received a message before the client handshake");
        assertThat(CloseCodes.text(1000)).isNull();
        assertThat(CloseCodes.text(4500)).isNull();
    }

    @Test
    void onlyNormalCloseIsNotError() {
        assertThat(CloseCodes.isIgnored(1000)).isTrue();
        assertThat(CloseCodes.isIgnored(1001)).isTrue();
        assertThat(CloseCodes.isIgnored(1005)).isFalse();
        assertThat(CloseCodes.isIgnored(4500)).isFalse();
    }

    @Test
    void givenReasonReplacesDefaultReason() {
        assertThat(CloseCodes.reason(4001, null)).isEqualTo("Client pong timed out");
        assertThat(CloseCodes.reason(4001, "")).isEqualTo("Client pong timed out");
        assertThat(CloseCodes.reason(4001, "mine")).isEqualTo("mine");
        assertThat(CloseCodes.reason(4500, "")).isEmpty();
        assertThat(CloseCodes.reason(4500, null)).isNull();
        assertThat(CloseCodes.reason(1000, null)).isNull();
    }

    @Test
    void errorMessageIsReasonOrCode() {
        assertThat(CloseCodes.error(4008, "whatever"))
                .hasMessage("Server rejected handshake from client")
                .extracting(SocketProtocolException::code)
                .isEqualTo(4008);
        assertThat(CloseCodes.error(4500, "gone"))
                .hasMessage("Socket connection closed with status code 4500 and reason: gone");
        assertThat(CloseCodes.error(4500, ""))
                .hasMessage("Socket connection closed with status code 4500 and reason: ");
        assertThat(CloseCodes.error(4500, null)).hasMessage("Socket connection closed with status code 4500");
    }

    @Test
    void callsFailWithReasonOfNormalClose() {
        assertThat(CloseCodes.badConnectionReason(1000, null)).isEqualTo("Socket closed normally");
        assertThat(CloseCodes.badConnectionReason(1001, null)).isEqualTo("Socket was disconnected");
        assertThat(CloseCodes.badConnectionReason(1006, null)).isEmpty();
        assertThat(CloseCodes.badConnectionReason(1000, "mine")).isEqualTo("mine");
    }
}
