package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.ref.WeakReference;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Payloads of any codec as messages. */
class PayloadRelayTest {

    private final Memory memory = new Memory();
    private final Recorded<IpcServer> server = memory.listening(memory.server());
    private final RawPeer peer = memory.connect();

    /** Codec of another format, which decodes every frame as a list with the number of its bytes. */
    private static final class LengthCodec implements Codec {

        @Override
        public String name() {
            return "length";
        }

        @Override
        public void encode(@Nullable Object value, FrameBuilder target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object decode(Frame bytes, Type type) {
            return List.of(bytes.length());
        }

        @Override
        public @Nullable Object convert(@Nullable Object value, Type type) {
            return value;
        }
    }

    @Test
    void payloadOfAnotherCodecIsConverted() {
        Payload payload = Payload.of(new LengthCodec(), Frame.utf8("{not JSON"));
        assertThat(server.endpoint.broadcast("a", payload)).isEqualTo(1);
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"a\",\"message\":[9]}");
        assertThat(server.errors).isEmpty();
    }

    @Test
    void decodedPayloadIsEncoded() {
        server.endpoint.broadcast("a", Payload.ofValue(Codec.named("json"), Map.of("n", 1)));
        server.endpoint.broadcast("b", Payload.absent(Codec.named("json")));
        memory.run();
        assertThat(peer.frames())
                .containsExactly("{\"topic\":\"a\",\"message\":{\"n\":1}}", "{\"topic\":\"b\",\"message\":null}");
    }

    @Test
    void malformedPayloadIsRejected() {
        Payload payload = Payload.of(Codec.named("json"), Frame.utf8("1},{"));
        assertThat(server.endpoint.broadcast("a", payload)).isZero();
        memory.run();
        assertThat(peer.received()).isEmpty();
        assertThat(server.errors).singleElement().isInstanceOf(EncodeException.class);
    }

    @Test
    void wellFormedPayloadIsNotScannedAgain() {
        Payload payload = Payload.ofWellFormed(Codec.named("json"), Frame.utf8("1},{"));
        assertThat(server.endpoint.broadcast("a", payload)).isEqualTo(1);
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"a\",\"message\":1},{}");
    }

    @Test
    void receivedPayloadIsWellFormed() {
        server.endpoint.onMessage((message, client) ->
                assertThat(message.payload().isWellFormed()).isTrue());
        peer.send("{\"topic\":\"a\",\"message\":[1]}|{\"topic\":\"b\"}|");
        assertThat(server.events).endsWith("message a [1]", "message b null");
        assertThat(server.errors).isEmpty();
    }

    @Test
    void handledMessageIsNotRetained() {
        List<WeakReference<byte[]>> arrays = new ArrayList<>();
        server.endpoint.onMessage((message, client) ->
                arrays.add(new WeakReference<>(message.payload().frame().array())));
        peer.send("{\"topic\":\"t\",\"message\":1}|");
        assertThat(arrays).hasSize(1);
        await().until(() -> {
            System.gc();
            return arrays.getFirst().get() == null;
        });
    }
}
