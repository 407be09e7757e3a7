package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import org.junit.jupiter.api.Test;

/** Arbitrary frames of a member or a host either are processed or are protocol violations. */
class ProtocolFuzzTest {

    private static final HostProtocol.Port DISCARDING = new HostProtocol.Port() {
        @Override
        public void send(Frame frame) {}

        @Override
        public void sendSoon(Frame frame) {}

        @Override
        public boolean relay(Frame frame) {
            return true;
        }

        @Override
        public void close() {}
    };

    @FuzzTest
    void arbitraryFramesThrowProtocolViolationOnly(FuzzedDataProvider data) {
        HostProtocol host = new HostProtocol(new Id(1, 1), new Id(2, 2), token -> true, 4);
        HostProtocol.MemberLink link = host.connected(DISCARDING);
        MemberProtocol member = SilentOutput.member(new Id(3, 3));
        member.linked();
        while (data.remainingBytes() > 0) {
            Frame frame = Frame.of(data.consumeBytes(data.consumeInt(0, 120)));
            try {
                host.received(link, frame);
            } catch (ProtocolViolationException expected) {
                link = host.connected(DISCARDING);
            }
            try {
                member.received(frame);
            } catch (ProtocolViolationException expected) {
                member.unlinked();
                member.linked();
            }
        }
    }

    @Test
    void memberWithForgedSenderIsDropped() {
        HostProtocol host = new HostProtocol(new Id(1, 1), new Id(2, 2), token -> true, 4);
        HostProtocol.MemberLink forger = host.connected(DISCARDING);
        host.received(forger, Wire.hello(new byte[16], 1, new byte[0]));
        assertThat(host.members()).isEqualTo(1);
        byte[] message = Wire.messageHead(new Id(9, 9), Wire.KIND_MESSAGE, 0, new byte[0]);
        message[Wire.NUMBER + 7] = 1;
        assertThatThrownBy(() -> host.received(forger, Frame.of(message)))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("of another");
        assertThat(forger.closed).isTrue();
        assertThat(host.members()).isZero();
    }
}
